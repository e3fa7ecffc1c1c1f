from enum import Enum


class AlertSeverity(str, Enum):
    INFO = "INFO"
    WARN = "WARN"
    ERROR = "ERROR"


class ArtifactState(str, Enum):
    PENDING = "PENDING"
    COMMITTED = "COMMITTED"
    DELETED = "DELETED"


class ArtifactUseDirection(str, Enum):
    INPUT = "INPUT"
    OUTPUT = "OUTPUT"


class HistoryStream(str, Enum):
    HISTORY = "HISTORY"
    SYSTEM = "SYSTEM"


class ProjectVisibility(str, Enum):
    PRIVATE = "PRIVATE"
    PUBLIC = "PUBLIC"
    OPEN = "OPEN"


class RunFieldType(str, Enum):
    TEXT = "TEXT"
    TAGS = "TAGS"
    TIME = "TIME"
    NUMBER = "NUMBER"
    BOOLEAN = "BOOLEAN"
    JSON = "JSON"
    PRESENCE = "PRESENCE"


class RunStateCause(str, Enum):
    START = "START"
    BATCH = "BATCH"
    NOTICE = "NOTICE"
    EXIT = "EXIT"
    SILENCE = "SILENCE"
    STOP = "STOP"
    REQUEUE = "REQUEUE"
    GIVE_UP = "GIVE_UP"
    REWIND = "REWIND"
    UPDATE = "UPDATE"

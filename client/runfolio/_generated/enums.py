from enum import Enum


class HistoryStream(str, Enum):
    HISTORY = "HISTORY"
    SYSTEM = "SYSTEM"

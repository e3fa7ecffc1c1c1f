from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import RunAlertFields


class RaiseAlert(BaseModel):
    raise_alert: "RaiseAlertRaiseAlert" = Field(alias="raiseAlert")


class RaiseAlertRaiseAlert(BaseModel):
    alert: Optional["RaiseAlertRaiseAlertAlert"]


RaiseAlertRaiseAlertAlert = RunAlertFields

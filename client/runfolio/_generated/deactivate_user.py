from pydantic import Field

from .base_model import BaseModel
from .fragments import AccountFields


class DeactivateUser(BaseModel):
    deactivate_user: "DeactivateUserDeactivateUser" = Field(alias="deactivateUser")


class DeactivateUserDeactivateUser(BaseModel):
    user: "DeactivateUserDeactivateUserUser"


DeactivateUserDeactivateUserUser = AccountFields

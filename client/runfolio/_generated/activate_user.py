from pydantic import Field

from .base_model import BaseModel
from .fragments import AccountFields


class ActivateUser(BaseModel):
    activate_user: "ActivateUserActivateUser" = Field(alias="activateUser")


class ActivateUserActivateUser(BaseModel):
    user: "ActivateUserActivateUserUser"


ActivateUserActivateUserUser = AccountFields

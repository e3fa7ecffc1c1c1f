from pydantic import Field

from .base_model import BaseModel
from .fragments import AccountFields


class UpdateUser(BaseModel):
    update_user: "UpdateUserUpdateUser" = Field(alias="updateUser")


class UpdateUserUpdateUser(BaseModel):
    user: "UpdateUserUpdateUserUser"


UpdateUserUpdateUserUser = AccountFields

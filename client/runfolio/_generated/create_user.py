from pydantic import Field

from .base_model import BaseModel
from .fragments import AccountFields


class CreateUser(BaseModel):
    create_user: "CreateUserCreateUser" = Field(alias="createUser")


class CreateUserCreateUser(BaseModel):
    user: "CreateUserCreateUserUser"


CreateUserCreateUserUser = AccountFields

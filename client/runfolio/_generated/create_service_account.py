from pydantic import Field

from .base_model import BaseModel
from .fragments import AccountFields


class CreateServiceAccount(BaseModel):
    create_service_account: "CreateServiceAccountCreateServiceAccount" = Field(
        alias="createServiceAccount"
    )


class CreateServiceAccountCreateServiceAccount(BaseModel):
    user: "CreateServiceAccountCreateServiceAccountUser"


CreateServiceAccountCreateServiceAccountUser = AccountFields

from typing import Optional

from .base_model import BaseModel
from .fragments import AccountFields


class GetUser(BaseModel):
    user: Optional["GetUserUser"]


GetUserUser = AccountFields

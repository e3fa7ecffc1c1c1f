from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class CreateRunFiles(BaseModel):
    create_run_files: "CreateRunFilesCreateRunFiles" = Field(alias="createRunFiles")


class CreateRunFilesCreateRunFiles(BaseModel):
    files: list["CreateRunFilesCreateRunFilesFiles"]


class CreateRunFilesCreateRunFilesFiles(BaseModel):
    upload_url: Optional[str] = Field(alias="uploadUrl")
    listed_as: Optional[str] = Field(alias="listedAs")
    refusal: Optional[str]

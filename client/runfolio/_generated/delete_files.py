from pydantic import Field

from .base_model import BaseModel


class DeleteFiles(BaseModel):
    delete_files: "DeleteFilesDeleteFiles" = Field(alias="deleteFiles")


class DeleteFilesDeleteFiles(BaseModel):
    count: int

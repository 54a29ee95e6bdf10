"""S3 as a storage that gives any part of a file without the rest, and addresses that browsers may use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from functools import cached_property
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError
from django.conf import settings
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

# Players go on with the address that they were sent to.
SIGNED_SECONDS = 3600


class BucketStorage(S3Storage):
    def facts(self, name: str) -> tuple[int, datetime] | None:
        """Size in bytes and the moment of its last change, in one request; None when there is no such file."""
        try:
            head = self._client.head_object(**self._place(name))
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return None
            raise
        return head["ContentLength"], head["LastModified"]

    def read_part(self, name: str, start: int, stop: int, piece_bytes: int) -> Iterator[bytes]:
        """The bytes from start to before stop. An opened file would be loaded whole."""
        answer = self._client.get_object(**self._place(name), Range=f"bytes={start}-{stop - 1}")
        with closing(answer["Body"]) as body:
            yield from body.iter_chunks(piece_bytes)

    def signed_url(self, name: str, content_type: str, disposition: str) -> str:
        """An address at S3_REDIRECT_URL, good for SIGNED_SECONDS, that answers with these headers."""
        headers = {"ResponseContentType": content_type, "ResponseContentDisposition": disposition}
        parameters = {**self._place(name), **headers}
        return str(self._browsers.generate_presigned_url("get_object", Params=parameters, ExpiresIn=SIGNED_SECONDS))

    @property
    def _client(self) -> Any:
        return self.connection.meta.client

    @cached_property
    def _browsers(self) -> Any:
        """It signs and never connects. The bucket is in the path, so that all addresses have the one origin that the
        Content-Security-Policy names."""
        config = Config(signature_version="s3v4", s3={"addressing_style": "path"})
        return self._create_session().client("s3", endpoint_url=settings.S3_REDIRECT_URL, config=config)

    def _place(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": self._normalize_name(clean_name(name))}

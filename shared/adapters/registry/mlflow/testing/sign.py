"""Signs requests as AWS's own Python library does: a list of them as JSON on standard input, their signatures as JSON."""

import datetime
import json
import sys

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def signed(given):
    then = datetime.datetime.fromtimestamp(given["epochMs"] / 1000, datetime.timezone.utc)
    botocore.auth.get_current_datetime = lambda: then
    keys = Credentials(given["accessKeyId"], given["secretAccessKey"], given.get("sessionToken"))
    request = AWSRequest(given["method"], given["url"], headers=given["headers"], data=given["body"].encode())
    botocore.auth.SigV4Auth(keys, "sagemaker-mlflow", given["region"]).add_auth(request)
    return request.headers["Authorization"]


print(json.dumps([signed(given) for given in json.load(sys.stdin)]))

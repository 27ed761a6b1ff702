"""An S3 that checks signatures and obeys a policy, until standard input ends.

    s3_with_policy.py BUCKET < policy.json (one line)

Prints {"endpoint", "access_key_id", "secret_access_key"} as one JSON object once it listens: an empty bucket, and a user
whose only permissions are the policy's. moto takes every request for its owner's unless told to look at them.
"""

import json
import sys

import boto3
from moto import settings
from moto.server import ThreadedMotoServer

REGION = "eu-central-1"


def main():
    bucket, policy = sys.argv[1], sys.stdin.readline()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    owner = {"endpoint_url": endpoint, "region_name": REGION, "aws_access_key_id": "o", "aws_secret_access_key": "o"}
    boto3.client("s3", **owner).create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    iam = boto3.client("iam", **owner)
    iam.create_user(UserName="user")
    iam.put_user_policy(UserName="user", PolicyName="lake", PolicyDocument=policy)
    key = iam.create_access_key(UserName="user")["AccessKey"]
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
    told = {"endpoint": endpoint, "access_key_id": key["AccessKeyId"], "secret_access_key": key["SecretAccessKey"]}
    print(json.dumps(told), flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()

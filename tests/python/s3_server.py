"""moto as an S3 server, with puts of objects one at a time.

    s3_server.py --host HOST --port PORT

moto looks whether an object is there and then puts its own. Between the two another request may do the same, which on a
busy machine happens, so that a conditional put has two winners: what S3 promises, it must keep for tests of races.
"""

import threading

from moto.s3.responses import S3Response
from moto.server import main

ALONE = threading.Lock()
put_object = S3Response.put_object


def put_alone(response):
    with ALONE:
        return put_object(response)


if __name__ == "__main__":
    S3Response.put_object = put_alone
    main()

"""A client of a deployment that knows its ARN and nothing else: answers each line of standard input.

Asks with Converse and with ConverseStream in turn, and prints what either answered, or the error's code.
"""

import itertools
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

arn = sys.argv[1]
client = boto3.client("bedrock-runtime", config=Config(retries={"total_max_attempts": 1}))


def converse(request):
    answer = client.converse(**request)
    usage = answer["usage"]
    assert usage["totalTokens"] == usage["inputTokens"] + usage["outputTokens"], usage
    assert answer["stopReason"] == "end_turn" and answer["metrics"]["latencyMs"] > 0, answer
    return answer["output"]["message"]["content"][0]["text"]


def converse_stream(request):
    events = list(client.converse_stream(**request)["stream"])
    kinds = [kind for event in events for kind in event]
    assert kinds[0] == "messageStart" and kinds[-2:] == ["messageStop", "metadata"], kinds
    return "".join(event["contentBlockDelta"]["delta"]["text"] for event in events if "contentBlockDelta" in event)


for line, ask in zip(sys.stdin, itertools.cycle([converse, converse_stream])):
    request = {
        "modelId": arn,
        "system": [{"text": "Be brief."}],
        "messages": [{"role": "user", "content": [{"text": line.strip()}]}],
        "inferenceConfig": {"maxTokens": 100, "temperature": 0.0},
    }
    try:
        print(ask(request), flush=True)
    except ClientError as error:
        print("error", error.response["Error"]["Code"], flush=True)

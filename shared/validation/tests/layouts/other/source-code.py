import json

data = [
    {"prompt": "a", "completion": "b"},
]
with open("x.jsonl", "w") as out:
    json.dump(data, out)

"""Writes the fixtures of tests/it/reference.rs: what reference implementations say of many pairs of texts.

make.py FOLDER

- pairs.jsonl: exact match and token F1 by the functions of SQuAD 2.0's script, as the package transformers has them;
  ROUGE-L's F-measure by rouge-score without its stemmer.
- json.jsonl: whether texts are JSON by Python's json without its extensions, and whether their values are equal.
- labels.jsonl: accuracy, macro-F1 and confusion matrices by scikit-learn.
- intervals.jsonl: percentile intervals by SciPy, and for macro-F1 by resampling with NumPy and scikit-learn.

Everything is drawn with fixed seeds, so a second run writes the same bytes.
"""

import json
import pathlib
import random
import sys

import numpy
from rouge_score.rouge_scorer import RougeScorer
from scipy import stats
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score
from transformers.data.metrics.squad_metrics import compute_exact, compute_f1

from texts import pairs


def score_pairs():
    rouge = RougeScorer(["rougeL"], use_stemmer=False)
    for reference, answer, times in pairs():
        whole, given = reference * times, answer * times
        yield {
            "reference": reference,
            "answer": answer,
            **({"times": times} if times > 1 else {}),
            "exact_match": compute_exact(whole, given),
            "token_f1": compute_f1(whole, given),
            "rouge_l": rouge.score(whole, given)["rougeL"].fmeasure,
        }


def refuse(constant):
    raise ValueError(f"{constant} is not JSON")


def typed(value):
    """The value so that Python's == tells true from 1."""
    if isinstance(value, dict):
        return {key: typed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [typed(inner) for inner in value]
    return ("bool", value) if isinstance(value, bool) else value


def read_json(text):
    try:
        return typed(json.loads(text, parse_constant=refuse))
    except ValueError:
        return None


def any_value(chance, depth=0):
    kind = chance.randrange(9 if depth < 3 else 6)
    if kind < 6:
        texts = ["", "a", "é", "日本", "👍", 'a "b" \\ \n']
        return [None, True, chance.randrange(-9, 9), chance.randrange(-8, 8) / 4, chance.choice(texts), False][kind]
    if kind < 8:
        return {chance.choice("abcdé"): any_value(chance, depth + 1) for _ in range(chance.randrange(4))}
    return [any_value(chance, depth + 1) for _ in range(chance.randrange(4))]


def changed(value, chance):
    """The value, perhaps with something else in it, and with its keys in another order."""
    if isinstance(value, dict):
        keys = list(value)
        chance.shuffle(keys)
        return {key: changed(value[key], chance) for key in keys if chance.random() < 0.97}
    if isinstance(value, list):
        return [changed(inner, chance) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool) and chance.random() < 0.5:
        return float(value)
    return any_value(chance, 3) if chance.random() < 0.06 else value


def compare_json():
    chance = random.Random(8259)
    for _ in range(200):
        reference = {"k": any_value(chance), "l": [any_value(chance)]}
        answer = changed(reference, chance)
        text = json.dumps(answer, ensure_ascii=chance.random() < 0.5, indent=chance.choice([None, 2]))
        kind = chance.random()
        if kind < 0.05:
            text = f"```json\n{text}\n```"
        elif kind < 0.1:
            text = text[:-1]
        elif kind < 0.13:
            text = text.replace("}", ",}", 1)
        elif kind < 0.16:
            text = f"\n {text}\t"
        elif kind < 0.18:
            text = text.replace("null", "NaN")
        yield line_of_json(json.dumps(reference), text)
    for text in ("", "NaN", "Infinity", "01", "1.", ".5", "'a'", "[1,]", '"\t"', '"\\x"', "nul", "\ufeff{}", "{} {}", "1e5", "-0"):
        yield line_of_json("[1]", text)


def line_of_json(reference, answer):
    value = read_json(answer)
    is_null = answer.strip() == "null"
    return {
        "reference": reference,
        "answer": answer,
        "valid": value is not None or is_null,
        "equal": value is not None and value == read_json(reference),
    }


def tabulate_labels():
    chance = random.Random(1960)
    for round_ in range(60):
        labels = [f"label {n}" for n in range(chance.choice([2, 3, 5, 10, 20]))]
        weights = [1 / (n + 1) for n in range(len(labels))]
        count = chance.choice([10, 40, 200])
        truth = chance.choices(labels, weights, k=count)
        right = chance.choice([0.0, 0.4, 0.8, 1.0])
        other = [*labels, "none of them"] if round_ % 2 else labels
        answers = [label if chance.random() < right else chance.choice(other) for label in truth]
        known = sorted(set(truth))
        given = [answer if answer in known else "~" for answer in answers]
        yield {
            "references": truth,
            "answers": answers,
            "accuracy": accuracy_score(truth, answers),
            "macro_f1": f1_score(truth, given, labels=known, average="macro", zero_division=0),
            "confusion": confusion_matrix(truth, given, labels=[*known, "~"])[: len(known)].tolist(),
        }


def find_intervals():
    draw = numpy.random.default_rng(1979)
    for count in (30, 200, 1000):
        for name, values in (
            ("normal", draw.normal(0.05, 0.2, count)),
            ("skewed", draw.exponential(0.3, count) - 0.25),
            ("of -1, 0 and 1", draw.choice([-1.0, 0.0, 1.0], count, p=[0.1, 0.6, 0.3])),
        ):
            values = values.round(6)
            found = stats.bootstrap(
                (values,), numpy.mean, n_resamples=100_000, batch=1000, method="percentile", rng=draw, vectorized=True
            ).confidence_interval
            half = stats.norm.ppf(0.975) * values.std(ddof=0) / count**0.5
            yield {
                "kind": "mean",
                "name": name,
                "values": values.tolist(),
                "interval": [float(found.low), float(found.high)],
                "normal": [float(values.mean() - half), float(values.mean() + half)],
            }
    for count in (60, 400):
        labels = numpy.array(["a", "b", "c", "d"])
        truth = draw.choice(labels, count, p=[0.5, 0.3, 0.15, 0.05])
        sides = [numpy.where(draw.random(count) < right, truth, draw.choice(labels, count)) for right in (0.8, 0.6)]
        figures = []
        for _ in range(3000):
            drawn = draw.integers(0, count, count)
            figures.append([f1_score(truth[drawn], side[drawn], average="macro", zero_division=0) for side in sides])
        new, base = numpy.array(figures).T
        yield {
            "kind": "macro_f1",
            "references": truth.tolist(),
            "new": sides[0].tolist(),
            "base": sides[1].tolist(),
            "interval": numpy.percentile(new, [2.5, 97.5]).tolist(),
            "difference": numpy.percentile(new - base, [2.5, 97.5]).tolist(),
        }


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    for name, lines in (
        ("pairs", score_pairs()),
        ("json", compare_json()),
        ("labels", tabulate_labels()),
        ("intervals", find_intervals()),
    ):
        lines = [json.dumps(line, ensure_ascii=False) for line in lines]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", newline="\n")
        print(f"{name}.jsonl: {len(lines)} lines")


if __name__ == "__main__":
    main()

"""What `coding train` and `coding evaluate` tell a person, from their results.

Here: lines of text. Not here: any figure (`train`, `evaluate`, `machine.corpus`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_Result = Mapping[str, Any]
_MEASURES = ("precision", "recall", "f1")


def train_lines(made: _Result) -> list[str]:
    """The model, what it learnt from, and how to go on."""
    lines = [f"Model {made['model_id']}, {'new' if made['is_new'] else 'kept before'}"]
    if made["method"] == "linear":
        found = made["cross_validated"]
        lines.append(
            f"Trained on {made['seen_count']:,} decided codes; cross-validated: "
            f"macro-F1 {_share(found['macro_f1_ratio'])}, accuracy "
            f"{_share(found['accuracy_ratio'])} without abstaining"
        )
        lines.append(
            f"Less sure than {made['abstain_below']:g} it abstains, on a share of "
            f"{_share(made['abstained_ratio'])}; with cue words there the accuracy is "
            f"{_share(made['with_cue_words_accuracy_ratio'])}, of cue words alone "
            f"{_share(made['cue_words_accuracy_ratio'])}"
        )
    else:
        lines.append(
            f"{made['answered_now']:,} answers now, {made['answered_in_all']:,} in all, "
            f"{made['abstained_in_all']:,} without a category, {made['left']:,} left to ask"
        )
        if made["stopped"]:
            lines.append(f"Stopped: {made['stopped']}. The same command goes on.")
    lines += [f"Left out: {reason}: {number:,}" for reason, number in made["left_out"].items()]
    lines += [str(note) for note in (*made["notes"], *made.get("warnings", ()))]
    if made["is_in_use"] and made.get("is_better", True):
        lines.append("In use from the next run on.")
    elif made["is_in_use"]:
        lines.append(
            "In use, as asked or before, although cue words alone are right at least as often."
        )
    elif made.get("is_better", True):
        lines.append("Kept, not in use.")
    else:
        lines.append(
            "Kept, but not in use: cue words alone are right at least as often (--use insists)."
        )
    lines.append("Next: sz-assets coding evaluate")
    return lines


def evaluation_lines(found: _Result) -> list[str]:
    """Each coder's figures, with a line for each category."""
    if "supervised" in found:
        return list(_corpus(found))
    tasks = found["tasks"]
    lines = [
        f"{tasks['decided_by_people']:,} videos decided by people; {tasks['sampled']:,} sampled, "
        f"{tasks['evaluate_part']:,} of them kept from training",
        *(f"Left out: {reason}: {number:,}" for reason, number in found["left_out"].items()),
        *found["warnings"],
    ]
    for coder in found["coders"]:
        lines += ["", f"{coder['coding_method']}, {coder['tasks']}:", *_figures(coder)]
    return lines


def _corpus(found: _Result) -> Iterator[str]:
    split = found["split"]
    yield (
        f"{found['rows']:,} titles in {len(found['classes'])} classes: "
        f"{split['training_rows']:,} to train, {split['held_out_rows']:,} held out "
        f"({split['rule']})"
    )
    for row in found["refused_rows"]:
        yield f"  line {row['line']}: {row['reason']}"
    words = {
        "supervised": "trained machine",
        "cue_words": "cue words",
        "majority": "the most common class",
    }
    for name, title in words.items():
        yield ""
        yield f"{title}:"
        yield from _figures(found[name])


def _figures(one: _Result) -> Iterator[str]:
    yield (
        f"  macro-F1 {_share(one['macro_f1_ratio'])}, accuracy {_share(one['accuracy_ratio'])}, "
        f"abstained {_share(one['abstained_ratio'])}, {one['items']:,} human codes"
    )
    for note in one["notes"]:
        yield f"  note: {note}"
    for row in one["categories"]:
        if row["support"] or row["predicted_count"]:
            yield (
                f"    {row['category']}: {row['support']:,} by people, "
                f"{row['predicted_count']:,} by the machine; "
                + ", ".join(f"{name} {_interval(row, name)}" for name in _MEASURES)
            )


def _interval(row: _Result, name: str) -> str:
    value, low, high = row[f"{name}_ratio"], row[f"{name}_low"], row[f"{name}_high"]
    return _share(value) + (f" [{low:.2f}, {high:.2f}]" if low is not None else "")


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"

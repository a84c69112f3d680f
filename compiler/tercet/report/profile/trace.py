"""A profile as a trace in the Trace Event Format, which Perfetto and Chrome show.

One cycle of the fabric is one microsecond there. Process 1 has a track for each engine. Process 2
has a track for each tile, with a span from its first to its last issue in each frame.
"""

import json
from collections.abc import Iterator
from typing import Any

from tercet.report.profile.contract import ENGINES, Frame, Issue, Profile

ENGINE_TRACKS, TILE_TRACKS = 1, 2
"""Numbers of the two processes."""
Event = dict[str, Any]


def trace(profile: Profile) -> str:
    """The text of the trace file."""
    document = {
        "displayTimeUnit": "ms",
        "otherData": {
            "model": profile.model,
            "fabric": profile.fabric,
            "vector": profile.vector,
            "cycles": profile.cycles,
            "unit": "1 us is 1 cycle",
        },
        "traceEvents": [*_names(profile), *_spans(profile)],
    }
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def _names(profile: Profile) -> Iterator[Event]:
    """Events with the names and the order of processes and their tracks."""
    processes = {
        ENGINE_TRACKS: (f"{profile.model} on {profile.fabric}: engines", ENGINES),
        TILE_TRACKS: ("tiles", tuple(f"tile {t}" for t in range(profile.tiles))),
    }
    for process, (title, tracks) in processes.items():
        yield _named("process_name", process, 0, {"name": title})
        yield _named("process_sort_index", process, 0, {"sort_index": process})
        for i, name in enumerate(tracks):
            yield _named("thread_name", process, i + 1, {"name": name})
            yield _named("thread_sort_index", process, i + 1, {"sort_index": i})


def _named(kind: str, process: int, track: int, values: dict[str, object]) -> Event:
    return {"ph": "M", "name": kind, "pid": process, "tid": track, "args": values}


def _spans(profile: Profile) -> Iterator[Event]:
    for frame in profile.frames:
        layer = profile.steps[frame.layer].name
        yield _span(
            layer if frame.engine == "EXEC" else f"{frame.what} of {layer}",
            frame.engine,
            (ENGINE_TRACKS, ENGINES.index(frame.engine) + 1),
            (frame.start + 1, frame.cycles),
            _figures(frame),
        )
        for issue in frame.tiles:
            yield _span(
                layer,
                "tile",
                (TILE_TRACKS, issue.tile + 1),
                (issue.first, issue.last - issue.first + 1),
                _of_tile(frame, issue),
            )


def _span(
    name: str, category: str, track: tuple[int, int], when: tuple[int, int], args: Event
) -> Event:
    (process, thread), (start, cycles) = track, when
    place = {"pid": process, "tid": thread, "ts": start, "dur": cycles}
    return {"ph": "X", "name": name, "cat": category, **place, "args": args}


def _figures(frame: Frame) -> Event:
    found: Event = {"frame": frame.number, "what": frame.what}
    if frame.engine == "EXEC":
        names: tuple[str, ...] = ("columns", "issued", "skip_act", "skip_wgt")
    else:
        names = ("beats", "stalls")
    return found | {name: getattr(frame, name) for name in names}


def _of_tile(frame: Frame, issue: Issue) -> Event:
    return {"frame": frame.number, "columns": issue.columns, "issued": issue.issued}

"""img2dataset's own path from bytes to a finished shard: its Downloader with its Resizer and WebDataset writer.

python img2dataset_write.py CORPUS.jsonl OUT PROCESSES

Pictures come from the disk through file:// addresses, so that no server and no network is timed; nor are imports and the start
of the processes. EXIF is not extracted, for the other side does not either. Prints seconds of wall clock and of processors as
JSON.
"""

import json
import multiprocessing
import os
import pathlib
import resource
import sys
import time

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"

import pyarrow as pa
from img2dataset.downloader import Downloader
from img2dataset.resizer import Resizer
from img2dataset.writer import WebDatasetSampleWriter

SHARD = 250


def downloader(out):
    resizer = Resizer(image_size=256, resize_mode="keep_ratio", resize_only_if_bigger=False)
    reading = dict(thread_count=8, timeout=10, retries=0, user_agent_token=None, disallowed_header_directives=[])
    asked = dict(save_caption=True, extract_exif=False, compute_hash="sha256", verify_hash_type=None, encode_format="jpg")
    sizes = dict(number_sample_per_shard=SHARD, oom_shard_count=5)
    return Downloader(
        WebDatasetSampleWriter, resizer, output_folder=str(out), column_list=["url", "caption"], **reading, **asked, **sizes
    )


def write_inputs(corpus, out):
    """What img2dataset's reader makes of a list of URLs: an Arrow file for each shard."""
    rows = [json.loads(line) for line in corpus.read_text().splitlines()]
    shards = []
    for start in range(0, len(rows), SHARD):
        some = rows[start : start + SHARD]
        urls = [(corpus.parent / row["image"]).resolve().as_uri() for row in some]
        table = pa.table({"url": urls, "caption": [row["text"] for row in some]})
        path = out / f"{start}.feather"
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        shards.append((start // SHARD, str(path)))
    return len(rows), shards


def warm(_):
    time.sleep(0.2)


def processor_seconds():
    """Of this process and of those that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def work(task):
    write, shard = task
    before = processor_seconds()
    done, _ = write(shard)
    return done, processor_seconds() - before


def main():
    corpus, out, processes = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
    out.mkdir(parents=True)
    count, shards = write_inputs(corpus, out)
    write = downloader(out)
    with multiprocessing.Pool(processes) as pool:
        pool.map(warm, range(processes * 2), chunksize=1)
        start = time.perf_counter()
        results = pool.map(work, [(write, shard) for shard in shards], chunksize=1)
        seconds = time.perf_counter() - start
    statuses = [json.loads(path.read_text()) for path in sorted(out.glob("*_stats.json"))]
    written = sum(one["successes"] for one in statuses)
    if written != count or not all(done for done, _ in results):
        raise SystemExit(f"img2dataset wrote {written} of {count} pictures.")
    print(json.dumps({"seconds": seconds, "processorSeconds": sum(used for _, used in results)}))


if __name__ == "__main__":
    main()

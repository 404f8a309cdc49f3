"""Token numbers of transformers' and open_clip's tokenizers, of CLIP and of SigLIP."""

from open_clip.tokenizer import HFTokenizer, SimpleTokenizer
from transformers import AutoTokenizer


def encode(tokenizers, texts, context):
    """Per library and text: the numbers up to the end token, and how many transformers cuts off to fit the context.

    `tokenizers` are the folders that transformers and open_clip read; without one, open_clip takes the CLIP vocabulary that it carries.
    """
    theirs = AutoTokenizer.from_pretrained(tokenizers["transformers"])
    options = dict(context_length=context, clean="canonicalize")
    folder = tokenizers.get("open_clip")
    other = HFTokenizer(folder, **options) if folder else SimpleTokenizer()
    end = other.tokenizer.eos_token_id if folder else other.eot_token_id
    rows = [theirs(text, truncation=True, max_length=context)["input_ids"] for text in texts]
    whole = [theirs(text)["input_ids"] for text in texts]
    return {
        "transformers": rows,
        "lost": [max(0, len(row) - context) for row in whole],
        "open_clip": [row[: row.index(end) + 1] for row in other(texts, context_length=context).tolist()],
        # What open_clip reads in place of a text.
        "cleaned": [other.clean_fn(text) for text in texts],
    }

"""Token numbers of transformers' CLIPTokenizer and open_clip's SimpleTokenizer."""

from open_clip.tokenizer import SimpleTokenizer
from transformers import CLIPTokenizer


def encode(tokenizer, texts, context):
    """Per library and text: the numbers from the start to the end token, and how many transformers cuts off to fit the context."""
    theirs = CLIPTokenizer.from_pretrained(tokenizer)
    simple = SimpleTokenizer()
    rows = [theirs(text, truncation=True, max_length=context)["input_ids"] for text in texts]
    whole = [theirs(text)["input_ids"] for text in texts]
    simple_rows = []
    for row in simple(texts, context_length=context).tolist():
        end = row.index(simple.eot_token_id)
        simple_rows.append(row[: end + 1])
    cleaned = [simple.clean_fn(text) for text in texts]
    return {
        "transformers": rows,
        "lost": [max(0, len(row) - context) for row in whole],
        "open_clip": simple_rows,
        # What open_clip reads in place of a text.
        "cleaned": cleaned,
    }

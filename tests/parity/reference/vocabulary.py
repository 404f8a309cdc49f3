"""Tokenizers as the files that transformers and Anagram read: CLIP's own, out of the merges that open_clip carries, and a
SentencePiece model as SigLIP's are, trained here."""

import gzip
import json
from io import BytesIO
from pathlib import Path
from random import Random

import open_clip
from open_clip.tokenizer import bytes_to_unicode
from sentencepiece import SentencePieceTrainer
from transformers import CLIPTokenizer, SiglipTokenizer, T5Tokenizer

END = "<|endoftext|>"
WORDS = (
    "a the one two three red blue small large cat dog tree bird shopping cart photo picture of in on under left right 고양이 강아지 "
    "빨간 파란 나무가 쇼핑 카트에 있다 한글 hund katze straße café naïve 猫 犬 日本 fi 1⁄2 кошка дерево γάτα σ शहर"
).split()


def save_tokenizer(folder):
    """vocab.json, merges.txt, tokenizer.json and tokenizer_config.json, as transformers' CLIPTokenizer saves them."""
    save_vocabulary(folder)
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    tokenizer.model_max_length = 77
    tokenizer.save_pretrained(folder)
    return str(folder)


def save_vocabulary(folder):
    """vocab.json and merges.txt, and a tokenizer_config.json that says whose they are: what older repositories have."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.open(Path(open_clip.__file__).parent / "bpe_simple_vocab_16e6.txt.gz", "rt", encoding="utf-8") as file:
        merges = file.read().split("\n")[1 : 49152 - 256 - 2 + 1]
    symbols = list(bytes_to_unicode().values())
    symbols += [symbol + "</w>" for symbol in symbols]
    symbols += ["".join(merge.split()) for merge in merges] + ["<|startoftext|>", END]
    (folder / "vocab.json").write_text(json.dumps({symbol: number for number, symbol in enumerate(symbols)}))
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges]) + "\n")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "CLIPTokenizer", "model_max_length": 77}))
    return str(folder)


def save_sentence_piece(folder):
    """spiece.model with SigLIP's rules of normalisation, and tokenizer_config.json, as transformers' SiglipTokenizer saves them."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    random, model = Random(4), BytesIO()
    sentences = [" ".join(random.choices(WORDS, k=random.randint(1, 12))) for _ in range(4000)]
    special = {"pad_id": 0, "eos_id": 1, "unk_id": 2, "bos_id": -1}
    SentencePieceTrainer.train(
        sentence_iterator=iter(sentences), model_writer=model, model_type="unigram", vocab_size=400, hard_vocab_limit=False,
        normalization_rule_name="nmt_nfkc", character_coverage=1.0, num_threads=1, minloglevel=2, **special)
    (folder / "spiece.model").write_bytes(model.getvalue())
    SiglipTokenizer(str(folder / "spiece.model"), model_max_length=64).save_pretrained(folder)
    return str(folder)


def save_unigram(folder, sentence_piece):
    """The same model as tokenizer.json, which is what open_clip's SigLIPs have."""
    T5Tokenizer.from_pretrained(sentence_piece, extra_ids=0, pad_token="</s>").save_pretrained(folder)
    return str(folder)

"""The made-up exports of the sample book."""

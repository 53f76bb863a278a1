"""What is told about an input that is read all the same."""


class Remark(str):
    """Words with a code that stays the same: a note is good to know, any other remark is a warning."""

    code: str
    is_note: bool

    def __new__(cls, text: str, code: str = "input", *, is_note: bool = False) -> "Remark":
        """Words with a code."""
        remark = super().__new__(cls, text)
        remark.code, remark.is_note = code, is_note
        return remark

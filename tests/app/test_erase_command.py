"""`customer erase` and `retention`: they ask for --yes, print a receipt, and say so in the journal without a name."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def test_a_customer_is_erased_with_a_receipt(ask: Any, moment: None, store_path: Path, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text("customer_id,name,email\n1,Zyx Quarnell,zyx@quarnell.example\n2,Bea Stone,\n", encoding="utf-8")
    ask("import", str(file), "--source", "crm")
    ask("backup")
    code, _, told = ask("customer", "erase", "Zyx Quarnell")
    assert code == 1 and "Add --yes" in told and "Zyx Quarnell" in str(ask("customers")[1])
    receipt = tmp_path / "receipt.txt"
    code, done, _ = ask("customer", "erase", "Zyx Quarnell", "--yes", "--out", str(receipt))
    assert code == 0 and done["rows"]["customers"] == 1 and done["marks"] == 2
    text = receipt.read_text(encoding="utf-8")
    assert "1 older copy still holds the data" in text and "Quarnell" not in text
    assert "Quarnell" not in str(ask("customers")[1]) + str(ask("journal")[1]) and ask("verify")[1]["ok"]
    assert ask("import", str(file), "--source", "crm")[1][0]["rows"]["ignored"] == 1


def test_who_was_not_heard_of_for_long_is_listed_and_erased_only_with_yes(
    ask: Any, moment: None, tmp_path: Path
) -> None:
    file = tmp_path / "orders.csv"
    rows = ["O-1,Zyx Quarnell,2019-03-01,10", "O-2,Bea Stone,2026-07-01,10"]
    file.write_text("\n".join(["order_id,customer_name,order_date,amount", *rows]), encoding="utf-8")
    ask("import", str(file), "--source", "crm")
    assert ask("retention")[1]["due"] == []
    listed = ask("retention", "--months", "36")[1]
    assert [(one["name"], one["last_on"]) for one in listed["due"]] == [("Zyx Quarnell", "2019-03-01")]
    code, _, told = ask("retention", "--months", "36", "--erase")
    assert code == 1 and "erases 1 customer for good. Add --yes" in told and "Quarnell" in str(ask("customers")[1])
    receipt = tmp_path / "receipt.txt"
    code, done, _ = ask("retention", "--months", "36", "--erase", "--yes", "--out", str(receipt))
    assert code == 0 and len(done["erased"]) == 1 and "1 order" in receipt.read_text(encoding="utf-8")
    assert "Quarnell" not in str(ask("customers")[1]) + receipt.read_text(encoding="utf-8")

"""SQL of what a product is called: as the catalogue has it, and where it has none, as the row's own file wrote it.

Rows are matched to the catalogue without regard to blanks and case (“GTXPro” is the GTX Pro), so that one product has
one name wherever people read of it.
"""

from __future__ import annotations


def product_called(row: str) -> str:
    """SQL of the name of the product of `row`, a table or alias with `product_id` and `product_name`; null for none."""
    catalogue = f"(SELECT nullif(p.name, '') FROM products p WHERE p.id = {row}.product_id)"
    return f"coalesce({catalogue}, nullif({row}.product_name, ''))"


def deal_called(deal: str) -> str:
    """SQL of the name of the opportunity `deal`; a deal that its file names by its product has the catalogue's name."""
    return f"CASE WHEN {deal}.name = {deal}.product_name THEN {product_called(deal)} ELSE {deal}.name END"

"""The products of the ledger, by their name on the wire: one line a product."""

from __future__ import annotations

from ledger.product import Product
from ledger.products import cyber, oyako, ryoritsu, seikatsu, sony_medical

PRODUCTS: dict[str, Product] = {
    product.name: product
    for product in (cyber.PRODUCT, oyako.PRODUCT, ryoritsu.PRODUCT, seikatsu.PRODUCT, sony_medical.PRODUCT)
}

#!/usr/bin/python3
"""Writes examples/shop.sql's bulk data as COPY text, the same every time: shop_data.py users|products|orders|order_items.

No random numbers: each value is a fixed mixture of the row number, so that PostgreSQL and Basalt load the same rows.
"""
import sys

USERS, PRODUCTS, ORDERS = 5000, 400, 100000
FIRST = ['Ada', 'Bela', 'Cleo', 'Dora', 'Emil', 'Finn', 'Gita', 'Hugo', 'Ines', 'Jan', 'Kim', 'Lea']
LAST = ['Abel', 'Brandt', 'Costa', 'Dietz', 'Eder', 'Fuchs', 'Garcia', 'Holm', 'Ito', 'Jensen', 'Kaya']
KIND = ['Lamp', 'Chair', 'Table', 'Novel', 'Atlas', 'Kettle', 'Radio', 'Jacket', 'Boots', 'Puzzle']
COLOUR = ['red', 'green', 'blue', 'black', 'white', 'oak', 'steel']
STATUS = ['new', 'paid', 'paid', 'shipped', 'shipped', 'shipped', 'delivered', 'delivered', 'cancelled']


def mix(number, salt):
    """A fixed scramble of the row number (the finalizer of MurmurHash3, 32 bits)."""
    value = (number * 2654435761 + salt * 40503) & 0xffffffff
    value = ((value ^ (value >> 16)) * 0x85ebca6b) & 0xffffffff
    value = ((value ^ (value >> 13)) * 0xc2b2ae35) & 0xffffffff
    return value ^ (value >> 16)


def price(product):
    return 199 + mix(product, 3) % 24800


def item_count(order):
    return 1 + mix(order, 8) % 3


def users():
    for number in range(1, USERS + 1):
        first, last = FIRST[mix(number, 1) % len(FIRST)], LAST[mix(number, 2) % len(LAST)]
        phone = '\\N' if number % 7 == 0 else f'+49 {mix(number, 4) % 10**9:09d}'
        yield f'{first.lower()}.{last.lower()}.{number}@example.org', f'{first} {last}', phone


def products():
    for number in range(1, PRODUCTS + 1):
        name = f'{COLOUR[mix(number, 5) % len(COLOUR)]} {KIND[mix(number, 6) % len(KIND)]} {number}'
        cents = price(number)
        yield 4 + mix(number, 7) % 8, name, f'{cents // 100}.{cents % 100:02d}', mix(number, 9) % 500


def orders():
    for number in range(1, ORDERS + 1):
        day = mix(number, 10) % 730
        year, in_year = 2022 + day // 365, day % 365
        months = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        month = 0
        while in_year >= months[month]:
            in_year -= months[month]
            month += 1
        # The square makes a few users order much more often than the others.
        user = 1 + (mix(number, 11) % 4900) * (mix(number, 12) % 4900) // 4900
        yield number, user, STATUS[mix(number, 13) % len(STATUS)], f'{year}-{month + 1:02d}-{in_year + 1:02d}'


def order_items():
    for number in range(1, ORDERS + 1):
        first = mix(number, 14) % PRODUCTS
        for line in range(item_count(number)):
            product = 1 + (first + line * 37) % PRODUCTS
            cents = price(product)
            yield number, product, 1 + mix(number, 15 + line) % 4, f'{cents // 100}.{cents % 100:02d}'


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in ('users', 'products', 'orders', 'order_items'):
        sys.exit(__doc__)
    for row in globals()[sys.argv[1]]():
        sys.stdout.write('\t'.join(str(value) for value in row) + '\n')


if __name__ == '__main__':
    main()

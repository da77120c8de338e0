"""Pairs of a reference answer and an answer, in many scripts, with characters at the edges of definitions."""

import random

WRITTEN = [
    ("", ""),
    ("", "yes"),
    ("yes", ""),
    (" \t\n", "\u00a0"),
    ("...", "?!"),
    ("...", ""),
    ("the", "a"),
    ("The", "an"),
    ("a an the", ""),
    ("A-team", "ateam"),
    ("the cat's hat", "cats hat"),
    ("don't", "do not"),
    ("don't", "don\u2019t"),
    ("U.S.A.", "usa"),
    ("3.50", "350"),
    ("1,000,000 records", "1000000 records"),
    ("snake_case", "snakecase"),
    ("a_b", "b"),
    ("the_end", "end"),
    ("the\u00e9", "\u00e9"),
    ("th\u00e9 the", "th\u00e9"),
    ("a\u0301", "a"),
    ("a\u0301 b", "b"),
    ("caf\u00e9", "cafe\u0301"),
    ("caf\u00e9", "cafe"),
    ("STRASSE", "stra\u00dfe"),
    ("\u0130stanbul", "istanbul"),
    ("\u212a", "k"),
    ("\u017f", "s"),
    ("\u03a3\u0391\u03a3", "\u03c3\u03b1\u03c2"),
    ("\uff21\uff22\uff23", "abc"),
    ("\u2460\u2461", "12"),
    ("a\u00b2", "a"),
    ("a\u2160", "\u2160"),
    ("the\u0947 end", "the end"),
    ("the\u00a0end", "end"),
    ("the\u200bend", "theend"),
    ("one\x1ctwo\x1dthree\x1efour\x1ffive", "one two three four five"),
    ("one\x85two", "one two"),
    ("one\u2028two", "one two"),
    ("one\u3000two", "one two"),
    ("我喜欢猫。", "我喜欢猫"),
    ("我喜欢猫和狗", "我喜欢狗"),
    ("我 喜欢 猫", "我 喜欢 狗"),
    ("訂單將於三天內送達", "订单将于三天内送达"),
    ("東京は日本の首都です。", "日本の首都は東京です。"),
    ("カタカナ", "ｶﾀｶﾅ"),
    ("서울은 한국의 수도입니다", "한국의 수도는 서울입니다"),
    ("السلام عليكم ورحمة الله", "السلام عليكم"),
    ("مُحَمَّد", "محمد"),
    ("هل وصل الطلب؟ نعم، وصل.", "نعم، وصل الطلب."),
    ("नमस्ते दुनिया", "नमस्ते"),
    ("दिल्ली भारत की राजधानी है।", "भारत की राजधानी दिल्ली है"),
    ("a आ", "आ"),
    ("aआ", "आ"),
    ("ประเทศไทย", "ไทย"),
    ("Привет, мир!", "привет мир"),
    ("Ёлка", "елка"),
    ("שלום עולם", "עולם"),
    ("Việt Nam", "Viet Nam"),
    ("L'été à la plage", "L'ete a la plage"),
    ("Größe", "Groesse"),
    ("👍", "👎"),
    ("👍", "👍🏽"),
    ("yes 👍", "yes"),
    ("👨‍👩‍👧 family", "family"),
    ("🇩🇪 🇫🇷", "🇫🇷 🇩🇪"),
    ("1️⃣", "1"),
    ("e\u0301\u0302\u0303", "e"),
    ("\u0301\u0301", "\u0301"),
    ("h\u0337e\u0334l\u0338l\u0335o\u0336", "hello"),
    ("“quoted”", '"quoted"'),
    ("5 € — 6 £", "5 6"),
    ("$100", "100"),
    ("x + y = z", "x y z"),
    ("C++", "C#"),
    ('{"a": 1}', '{"a":1}'),
    ("The order ships tomorrow.", "Your order will be shipped tomorrow."),
    ("the the the cat", "the cat the cat"),
    ("to be or not to be", "not to be or to be"),
    ("a b c d e f g", "g f e d c b a"),
    ("x x x y", "x y y y"),
]

WORDS = {
    "english": "the a an order was sent today and arrives within two days please contact support for a refund or exchange of "
    "the item you bought it's not covered by warranty don't return it without the label 30 days 3.5 kg U.S. e-mail".split(),
    "french": "l'été dernier nous étions à la plage où les élèves mangeaient des crêpes et buvaient du café très sucré".split(),
    "german": "die Straße führt über die Brücke zum großen Schloß an der Donau wo Äpfel und Öl verkauft werden".split(),
    "russian": "заказ был отправлен сегодня и прибудет через два дня пожалуйста обратитесь в службу поддержки".split(),
    "arabic": "تم إرسال الطلب اليوم وسيصل خلال يومين يرجى الاتصال بالدعم للحصول على استرداد، أو استبدال؟".split(),
    "hindi": "आदेश आज भेजा गया और दो दिनों में पहुंचेगा कृपया वापसी के लिए सहायता से संपर्क करें।".split(),
    "chinese": list("订单今天已发出将在两天内送达请联系客服办理退款或换货谢谢您的耐心等待。"),
    "japanese": list("注文は本日発送され二日以内に到着しますカスタマーサポートまでご連絡ください。"),
    "korean": "주문은 오늘 발송되었으며 이틀 안에 도착합니다 환불은 고객센터에 문의하세요".split(),
    "emoji": "👍 👎 🎉 👨‍👩‍👧 🇩🇪 yes no ok ✅ ❌ the a".split(),
}

# Characters at the edges of definitions: letters, marks, numbers, spaces, punctuation, symbols.
SOUP = (
    list("aA tThHeEnN  .,!?'\"-_/\\@#$%^&*()+=[]{}|;:<>`~0123456789")
    + ["the", "a", "an", " the ", " a ", "\n", "\t", "\x1c", "\x1f", "\x85", "\u00a0", "\u2003", "\u200b", "\u200d"]
    + ["\u0301", "\u0308", "\u0947", "\u094d", "\u0650", "\u0e31", "\u20dd", "\ufe0f", "\u0130", "\u0131", "\u00df"]
    + ["\u212a", "\u017f", "\u03a3", "\u03c2", "\u00e9", "\u00c9", "\u00b2", "\u00bd", "\u2167", "\u2460", "\u24d0"]
    + ["\u4e2d", "\u6587", "\u3007", "\u3042", "\u30ab", "\uff21", "\uff11", "\uff3f", "\uac00", "\u0e01", "\u05d0"]
    + ["\u0627", "\u0905", "\u0430", "\u0410", "\u2019", "\u201c", "\u3002", "\uff0c", "\u061f", "\u0964", "\u2026"]
    + ["\u20ac", "\u2260", "\u00b7", "\u203f", "\U0001f44d", "\U0001f3fd", "\U0001f1e9", "\U0001d400", "\U0001d7d8"]
)


def edited(words, chance):
    """The words with changes that models make: words dropped, repeated, moved, replaced, in another case."""
    out = []
    for word in words:
        kind = chance.random()
        if kind < 0.12:
            continue
        if kind < 0.2:
            out.append(word)
        if kind < 0.3:
            word = word.upper()
        elif kind < 0.4:
            word = chance.choice(words)
        elif kind < 0.48:
            word += chance.choice([",", ".", "!", "…", "。", "؟"])
        out.append(word)
    if len(out) > 3 and chance.random() < 0.4:
        at = chance.randrange(len(out))
        out = out[at:] + out[:at]
    return out


def pairs():
    """(reference, answer, times): both texts are to be repeated so many times."""
    chance = random.Random(15)
    for reference, answer in WRITTEN:
        yield reference, answer, 1
        yield answer, reference, 1
    for name, words in WORDS.items():
        space = "" if name in ("chinese", "japanese") else " "
        for length in (1, 2, 3, 5, 8, 13, 21, 34, 55) * 4:
            reference = [chance.choice(words) for _ in range(length)]
            answer = edited(reference, chance)
            yield space.join(reference), space.join(answer), 1
    for _ in range(240):
        reference = [chance.choice(SOUP) for _ in range(chance.randrange(1, 25))]
        answer = edited(reference, chance) if chance.random() < 0.8 else [chance.choice(SOUP) for _ in range(5)]
        yield "".join(reference), "".join(answer), 1
    # Very long texts: up to 4,000 words. rouge-score needs a minute for them.
    for length, times in ((2000, 1), (100, 40), (64, 30), (63, 33), (1, 2100)):
        reference = [chance.choice(WORDS["english"]) for _ in range(length)]
        yield " ".join(reference) + " ", " ".join(edited(reference, chance)) + " ", times
    yield "word " * 1500, "", 1
    yield "中" * 3000, "文" * 3000, 1

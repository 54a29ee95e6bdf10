"""What is said in the made-up transcripts, with the words that the benchmark searches for."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from random import Random

from calls.needles import words

RARE_WORD = "zeppelin"
UNCOMMON_WORD = "umbrella"
COMMON_WORD = "appointment"
COMMON_PHRASE = "order status"

ASSISTANT = (
    "Thank you for waiting. I have found your {thing} from {day} and everything about it looks complete on our side.",
    "I can move that to {day} at {hour} o'clock, or to any morning of the following week if that suits you better.",
    "Let me check this in our system, it takes a few seconds. In the meantime, could you tell me your postal code?",
    "The {thing} was sent to {place} on {day} and should reach you within {number} working days at the latest.",
    "I am sorry to hear that. I have noted the problem with your {thing} and a colleague will call you back on {day}.",
    "Your appointment in {place} is confirmed for {day} at {hour} o'clock. You will receive a message about it.",
    "The total for the {thing} is {number} dollars, and there is no extra charge when you change it before {day}.",
    "To be sure that I understood you correctly: you would like to cancel the {thing} and keep the rest as it is.",
    "I see {number} open requests under this phone number. Shall we begin with the one about the {thing} in {place}?",
    "That is a good question. The warranty of your {thing} covers repairs until {day}, spare parts are included.",
    "For your safety I need to verify your identity first. What is the date of birth that we have on file for you?",
    "Our office in {place} is open from {hour} o'clock, and you do not need an appointment to collect your {thing}.",
)
CALLER = (
    "Yes, I wanted to ask about the {thing} that I ordered in {place}, it still has not arrived here.",
    "Could we make it {day} instead? I am at work until {hour} o'clock and cannot answer the phone.",
    "No, that is not what I meant. I only want to change the address of the {thing}, nothing else.",
    "My postal code is {number} {number} and the street is the one near the station in {place}.",
    "All right, {day} works for me. Do I need to bring anything with me to the appointment?",
    "I was charged {number} dollars twice for the same {thing}, so I would like to have one refunded.",
    "Okay. And how long will the repair of the {thing} take, do you think? I need it before {day}.",
    "I already spoke with somebody on {day} and they told me that it would be no problem at all.",
    "That sounds good to me, thank you. Please send me the confirmation to my email address.",
    "Hm, let me think about it for a moment. Is there a cheaper {thing} than that one?",
)
OPENINGS = (
    "Hello, this is the assistant of {place} services. How can I help you today?",
    "Good day and welcome to the support line of {place}. What can I do for you?",
    "Hi, thanks for calling. You are speaking with the virtual assistant, how may I help?",
)
CLOSINGS = (
    "You are welcome. Is there anything else that I can do for you? Then I wish you a pleasant {day}.",
    "Thank you for your call. You can reach us every day from {hour} o'clock. Good bye!",
)
SLOTS = {
    "thing": "order, subscription, contract, delivery, invoice, refund, washing machine, reservation, policy, router, "
    "ticket, prescription, membership, sofa, insurance claim, bicycle, laptop, parcel, meter reading, deposit, "
    "heating system, test result, hotel room, rental car, credit card, warranty card, gift voucher, flight",
    "day": "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday, tomorrow, the first of March, next week",
    "place": "Springfield, Riverside, Portland, Manchester, Bristol, Hamburg, Zürich, Lyon, Oakland, Cambridge, "
    "Newport, Kingston, Salem, Fairview, Clinton, Georgetown, Milan, Málaga, Toronto, Dublin, Perth, Leeds",
    "hour": "eight, nine, ten, eleven, two, three, four, five",
    "number": "three, four, five, seven, twelve, fourteen, nineteen, twenty, thirty two, forty, sixty, ninety five",
}
EXPANSIONS = 250
NUMBER = "The number of my order is"
REQUEST = "and I would like to know the order status"


@dataclass(frozen=True)
class Line:
    """A sentence in the forms a transcript needs: as a JSON string, and as the words that are searched."""

    json: str
    words: str

    @classmethod
    def of(cls, text: str) -> Line:
        return cls(json.dumps(text, ensure_ascii=False), words(text))


def expand(templates: tuple[str, ...], rng: Random, times: int = EXPANSIONS) -> list[Line]:
    """Each template with its slots filled in by chance, several times."""
    choices = {name: text.split(", ") for name, text in SLOTS.items()}
    return [
        Line.of(template.format(**{name: rng.choice(options) for name, options in choices.items()}))
        for template in templates
        for _ in range(times)
    ]


class Phrasebook:
    """Makes transcripts of about 1.2 kB of text by joining sentences that were prepared once."""

    def __init__(self, rng: Random) -> None:
        self.openings, self.closings = expand(OPENINGS, rng, 30), expand(CLOSINGS, rng, 30)
        self.assistant, self.caller = expand(ASSISTANT, rng), expand(CALLER, rng)

    def transcript(self, rng: Random, order: str, seconds: float) -> tuple[str, str]:
        """The turns as JSON and the words; `order` is a number that the caller names, `seconds` the talk time."""
        lines = [
            rng.choice(self.openings),
            order_line(order, rng),
            *itertools.chain.from_iterable(
                zip(rng.choices(self.assistant, k=5), rng.choices(self.caller, k=5), strict=True)
            ),
            rng.choice(self.closings),
        ]
        step = seconds / len(lines)
        turns = ", ".join(
            f'{{"speaker": "{"caller" if index % 2 else "assistant"}", "start_seconds": {index * step:.2f}, '
            f'"end_seconds": {(index + 0.9) * step:.2f}, "text": {line.json}}}'
            for index, line in enumerate(lines)
        )
        return f"[{turns}]", " ".join(line.words for line in lines)


def order_line(order: str, rng: Random) -> Line:
    """In one transcript of 20,000 it ends with the rare word, in one of 100 with the uncommon one."""
    chance = rng.random()
    secret = f" {RARE_WORD}" if chance < 1 / 20_000 else f" {UNCOMMON_WORD}" if chance < 1 / 100 else ""
    text = f"{NUMBER} {order} {REQUEST}{secret}"
    return Line(f'"{text}."', text.lower())

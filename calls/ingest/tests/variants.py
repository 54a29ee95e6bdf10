"""Payloads that all tell of one call, of as many kinds as its provider has."""

from calls.ingest.tests.payloads import changed, sample


def vapi_call():
    report = sample("vapi_end_of_call_report_completed")
    call_id = report["message"]["call"]["id"]
    update = changed(sample("vapi_status_update_in_progress"), {"message.call.id": call_id})
    started, ended = report["message"]["startedAt"], report["message"]["timestamp"]
    assert started
    ringing = changed(update, {"message.status": "ringing", "message.timestamp": update["message"]["timestamp"] - 9000})
    again = changed(report, {"message.artifact.presignedStereoUrl": "https://m.example.com/new.wav?sig=1"})
    late = changed(update, {"message.status": "ended", "message.endedReason": "voicemail", "message.timestamp": ended})
    return [ringing, update, report, again, late]


def retell_call():
    return [sample(f"retell_call_{name}_completed") for name in ("started", "ended", "analyzed")]


def elevenlabs_call():
    done, audio = sample("elevenlabs_post_call_transcription_completed"), sample("elevenlabs_post_call_audio")
    audio = changed(audio, {"data.conversation_id": done["data"]["conversation_id"]})
    late = changed(done, {"data.metadata.cost_fiat": 0.05, "event_timestamp": done["event_timestamp"] + 60})
    return [changed(done, {"data.metadata.cost_fiat": None}), audio, late]


def twilio_call():
    done = sample("twilio_status_callback_completed")
    sid = done["CallSid"]
    names = ("ringing", "in_progress")
    live = [changed(sample(f"twilio_status_callback_{name}"), {"CallSid": sid}) for name in names]
    machine = {
        "CallSid": sid,
        "AccountSid": "AC1",
        "AnsweredBy": "machine_end_beep",
        "MachineDetectionDuration": "3100",
    }
    billed = {
        "sid": sid,
        "account_sid": "AC1",
        "direction": "outbound-api",
        "status": "completed",
        "price": "-0.0130",
        "price_unit": "USD",
        "duration": "84",
        "date_updated": "Sat, 18 Jul 2026 20:20:00 +0000",
    }
    done = changed(done, {"AnsweredBy": "unknown"})
    return [*live, done, sample("twilio_recording_status_callback_completed"), machine, billed]


def bland_call():
    done = sample("bland_webhook_completed")
    live = changed(done, {"status": "in-progress", "queue_status": "started", "end_at": None, "answered_by": None})
    live = changed(live, {"price": None, "transcripts": [], "concatenated_transcript": "", "completed": False})
    return [live, done, sample("bland_webhook_corrected_transcript")]


def livekit_call():
    left = sample("livekit_webhook_participant_left_completed")
    joined = changed(left, {"event": "participant_joined", "createdAt": "1784548811"})
    joined["participant"]["attributes"]["sip.callStatus"] = "ringing"
    started = {"event": "room_started", "room": left["room"], "id": "EV_1", "createdAt": "1784548809"}
    finished = {"event": "room_finished", "room": left["room"], "id": "EV_9", "createdAt": "1784548904"}
    others = ["livekit_webhook_egress_ended_completed", "livekit_session_report_completed"]
    return [started, joined, left, finished, *map(sample, others)]


def bolna_call():
    done = sample("bolna_execution_completed")
    steps = ("queued", "ringing", "in-progress", "call-disconnected")
    live = [
        changed(done, {"status": step, "updated_at": f"2026-07-22T08:01:{10 + number}.000000", "transcript": ""})
        for number, step in enumerate(steps)
    ]
    return [*live, done]


def ultravox_call():
    ended, billed = sample("ultravox_call_ended_completed"), sample("ultravox_call_billed_completed")
    joined = changed(ended, {"event": "call.joined", "call.ended": None, "call.endReason": None, "call.summary": None})
    started = changed(joined, {"event": "call.started", "call.joined": None})
    page = sample("ultravox_call_messages_completed") | {"callId": ended["call"]["callId"]}
    return [started, joined, ended, billed, page]


def dograh_call():
    done = sample("dograh_webhook_completed")
    early = changed(done, {"call_disposition": None, "recording_url": None, "transcript_url": None, "annotations": {}})
    early["gathered_context"] = {}
    return [early, done]


def synthflow_call():
    done = sample("synthflow_webhook_completed")
    return [changed(done, {"call.status": "in-progress", "call.end_call_reason": None, "call.duration": 0}), done]


def autocalls_call(name="autocalls_post_call_completed"):
    done = sample(name)
    return [changed(done, {"status": "in-progress", "finished_at": None, "recording_url": None}), done]


VARIANTS = {
    "vapi": vapi_call,
    "retell": retell_call,
    "elevenlabs": elevenlabs_call,
    "twilio": twilio_call,
    "bland": bland_call,
    "livekit": livekit_call,
    "bolna": bolna_call,
    "ultravox": ultravox_call,
    "dograh": dograh_call,
    "synthflow": synthflow_call,
    "autocalls": autocalls_call,
    "famulor": lambda: autocalls_call("famulor_post_call_completed"),
}

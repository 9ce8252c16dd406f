"""Bodies of the Product plane about streams."""

from collections.abc import Mapping
from typing import Any

from domostate.emulator.control.samples.filling import ACCOUNT, Text

_STREAMS = "/api/data/v1/streams"
_STREAM = {
    "transport": {
        "type": "CONNECTOR",
        "description": "com.domo.connector.snowflakeunloadv2",
        "version": "1",
    },
    "configuration": [
        {
            "name": "query",
            "value": "SELECT * FROM table",
            "type": "string",
            "category": "METADATA",
        }
    ],
    "account": {"id": ACCOUNT},
    "updateMethod": "REPLACE",
    "dataProvider": {"key": "snowflake"},
    "dataSource": {"name": "hello world", "description": "config works?"},
    "advancedScheduleJson": '{"type": "MANUAL", "timezone": "UTC"}',
}
_SCHEDULED = {
    **_STREAM,
    "updateMethod": "APPEND",
    "advancedScheduleJson": '{"type": "WEEK", "days": "MON", "at": "08:01 PM", "interval": 1}',
    "scheduleState": "ACTIVE",
    "scheduleStartDate": 1654557838137,
    "scheduleRetryExpression": "0 0 * * * *",
    "scheduleRetryCount": 3,
    "scheduleAssertion": True,
    "schemaDefinition": {"columns": [{"type": "STRING", "name": "Friend"}]},
}

SAMPLES: Mapping[str, tuple[Any, ...]] = {
    f"POST {_STREAMS}": (_STREAM,),
    f"PUT {_STREAMS}/{{id}}": (_SCHEDULED,),
    f"PUT {_STREAMS}/{{id}}/schedule": (Text("0 15 10 * * ?"), Text("MANUAL")),
    f"POST {_STREAMS}/{{id}}/executions": ({"action": "MANUAL"}, {"runType": "MANUAL"}),
    f"PUT {_STREAMS}/{{id}}/executions/{{run}}/abort": (
        {"category": "CONNECTOR", "message": "took too long"},
    ),
}

"""早期の異常検知 (domain.md §5, I14): where clearly more comes back than was expected, so that the next batches are looked at first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from django.db import connection

from returns.queries.forecast import RETURN_PERCENT

if TYPE_CHECKING:
    from issuance.models import Campaign

# 99 of 100 places with an ordinary rate lie within the band.
_Z = 2.576
LEAST_RETURNED = 5
MOST_KEPT = 300
_GROUPS = """
WITH posted AS (
    SELECT e.batch_id, e.branch_id, e.employer_id, left(e.postal_code, 3) AS area,
           e.state IN ('returned', 'rerouted', 'exception') AS back
    FROM mailing_envelope AS e
    WHERE e.campaign_id = %(campaign)s AND e.kind = 'personal' AND e.posted_on IS NOT NULL
), counted AS (
    SELECT CASE WHEN grouping(batch_id) = 0 THEN 'batch' WHEN grouping(branch_id) = 0 THEN 'branch'
                WHEN grouping(employer_id) = 0 THEN 'employer' ELSE 'area' END AS sort,
           batch_id, branch_id, employer_id, area, count(*) AS posted, count(*) FILTER (WHERE back) AS returned
    FROM posted GROUP BY GROUPING SETS ((batch_id), (branch_id), (employer_id), (area))
    HAVING count(*) FILTER (WHERE back) >= %(least)s
)
SELECT c.sort, coalesce(c.batch_id::text, c.branch_id, c.employer_id::text, c.area), coalesce(b.number, r.name, m.name, c.area), coalesce(b.branch_id, r.code, m.branch_id, ''), coalesce(m.public_id::text, ''), c.posted, c.returned
FROM counted AS c
LEFT JOIN mailing_printbatch AS b ON b.id = c.batch_id
LEFT JOIN employers_branch AS r ON r.code = c.branch_id
LEFT JOIN employers_employer AS m ON m.id = c.employer_id
WHERE coalesce(c.batch_id::text, c.branch_id, c.employer_id::text, c.area) IS NOT NULL
"""


def band(returned: int, posted: int) -> tuple[float, float]:
    """Between which shares the true rate lies with 99 % confidence (Wilson's interval)."""
    share, square = returned / posted, _Z * _Z
    middle = share + square / (2 * posted)
    reach = _Z * math.sqrt(share * (1 - share) / posted + square / (4 * posted * posted))
    whole = 1 + square / posted
    return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)


def outliers(campaign: Campaign) -> list[dict[str, Any]]:
    """Batches, branches, employers and postal areas (first three digits) whose whole band lies above the expected rate, the
    clearest first, `MOST_KEPT` at most: sort, key, name, branch ("" where it has none), public_id (of an employer), posted, returned, low and high end of the
    band in percent."""
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, {"campaign": campaign.pk, "least": LEAST_RETURNED})
        groups = cursor.fetchall()
    found = []
    for sort, key, name, branch, public_id, posted, returned in groups:
        low, high = band(returned, posted)
        if 100 * low > RETURN_PERCENT:
            ends = {"low": round(100 * low, 1), "high": round(100 * high, 1)}
            found.append(
                {
                    "sort": sort,
                    "key": key,
                    "name": name,
                    "branch": branch,
                    "public_id": public_id,
                    "posted": posted,
                    "returned": returned,
                    **ends,
                }
            )
    return sorted(found, key=lambda one: (-one["low"], one["sort"], one["name"]))[:MOST_KEPT]


def outliers_key(campaign: Campaign) -> str:
    """The name under which they are kept for a large campaign."""
    return f"outliers {campaign.code}"

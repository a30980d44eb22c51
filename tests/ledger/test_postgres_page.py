"""What docs/postgresql.md says is so: its commands run as they stand."""

import os
import re
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "postgresql.md"


@pytest.mark.postgres
def test_the_commands_of_the_page_run_as_they_stand(postgres_url: str, tmp_path: Path) -> None:
    import psycopg

    blocks = re.findall(r"^```bash\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    prefix = f"t{uuid.uuid4().hex[:12]}"
    settings = os.environ | {
        "HOKEN_DB": f"{postgres_url}%20-choken.role_prefix%3D{prefix}",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    try:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
            cwd=tmp_path,
            env=settings,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

        assert len(blocks) == 3
        assert done.returncode == 0, done.stderr
        assert '"missed": 0, "duplicated": 0' in done.stdout
        with psycopg.connect(postgres_url) as connection:
            may = ", ".join(f"has_table_privilege(rolname, 'ledger_log', '{right}')" for right in ("INSERT", "UPDATE"))
            sql = f"SELECT rolname, {may} FROM pg_roles WHERE starts_with(rolname, %s) ORDER BY 1"
            found = connection.execute(sql, (prefix,)).fetchall()
        assert found == [(f"{prefix}_reader", False, False), (f"{prefix}_writer", True, False)]
    finally:
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            for role in (f"{prefix}_writer", f"{prefix}_reader"):
                if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
                    connection.execute(f"DROP OWNED BY {role}")
                    connection.execute(f"DROP ROLE {role}")

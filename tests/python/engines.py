"""Engines that read a lake, behind one face: DuckDB, pyarrow, Polars, Spark and ClickHouse (chdb).

Each has `rows(directory, where)`, which reads all files below a directory as one table with the partitions of its path,
and those with SQL have `run(statement)`, which returns what a query answers as lists, and `version()`.
"""

import datetime
import json
import os
import tempfile

# What is read of each event: numbers, times, text, members of objects, lists of text, lists of objects.
COLUMNS = ["class_name", "event_day", "time", "time_us", "metadata", "actor", "src_endpoint", "observables", "resources",
           "unmapped", "raw_data"]


def condition(where):
    """The partitions that are asked for, as SQL."""
    if not where:
        return "TRUE"
    return f"class_name = '{where['class']}' AND event_day = '{where['day']}'"


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


class DuckDb:
    def __init__(self):
        import duckdb

        self.connection = duckdb.connect()
        self.connection.execute("SET TimeZone = 'UTC'")

    def rows(self, directory, where):
        result = self.connection.execute(f"""
            SELECT * EXCLUDE (time_dt), epoch_us(time_dt) AS time_us
            FROM read_parquet({quoted(directory + '/**/*.parquet')}, hive_partitioning = true)
            WHERE {condition(where)}""")
        names = [column[0] for column in result.description]
        return [dict(zip(names, row)) for row in result.fetchall()]

    def version(self):
        return self.connection.execute("SELECT version()").fetchone()[0].lstrip("v")

    def run(self, statement):
        return [list(row) for row in self.connection.execute(statement).fetchall()]


class PyArrow:
    def rows(self, directory, where):
        import pyarrow
        import pyarrow.dataset as dataset

        partitions = pyarrow.schema([("class_name", pyarrow.string()), ("event_day", pyarrow.date32())])
        events = dataset.dataset(directory, format="parquet", partitioning=dataset.partitioning(partitions, flavor="hive"))
        asked = None
        if where:
            day = datetime.date.fromisoformat(where["day"])
            asked = (dataset.field("class_name") == where["class"]) & (dataset.field("event_day") == day)
        columns = {name: dataset.field(name) for name in COLUMNS if name != "time_us"}
        columns["time_us"] = dataset.field("time_dt").cast(pyarrow.int64())
        return events.to_table(columns=columns, filter=asked).to_pylist()


class Polars:
    def rows(self, directory, where):
        import polars

        events = polars.scan_parquet(directory + "/**/*.parquet", hive_partitioning=True)
        if where:
            day = datetime.date.fromisoformat(where["day"])
            events = events.filter((polars.col("class_name") == where["class"]) & (polars.col("event_day") == day))
        return events.with_columns(time_us=polars.col("time_dt").dt.epoch("us")).select(COLUMNS).collect().to_dicts()


class Spark:
    def __init__(self):
        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        from pyspark.sql import SparkSession

        self.directory = tempfile.TemporaryDirectory()
        settings = {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.log.level": "OFF",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.catalogImplementation": "in-memory",
            "spark.sql.warehouse.dir": self.directory.name,
        }
        builder = SparkSession.builder.master("local[2]").appName("readers")
        for key, value in settings.items():
            builder = builder.config(key, value)
        self.session = builder.getOrCreate()
        self.schema = None

    def rows(self, directory, where):
        from pyspark.sql.functions import expr

        # Spark takes the columns from one of the files; those of the first lake are those of all.
        reader = self.session.read.schema(self.schema) if self.schema else self.session.read
        events = reader.parquet(directory)
        self.schema = events.schema
        events = events.where(condition(where)).withColumn("time_us", expr("unix_micros(time_dt)")).select(COLUMNS)
        return [row.asDict(recursive=True) for row in events.collect()]

    def version(self):
        return self.session.version

    def run(self, statement):
        return [list(row) for row in self.session.sql(statement).collect()]


class ClickHouse:
    def __init__(self):
        from chdb.session import Session

        self.directory = tempfile.TemporaryDirectory()
        self.session = Session(self.directory.name)
        self.run("SET output_format_json_quote_64bit_integers = 0, session_timezone = 'UTC'")

    def rows(self, directory, where):
        events = f"file({quoted(directory + '/**/*.parquet')}, 'Parquet')"
        columns = ", ".join(column for column in COLUMNS if column != "time_us")
        answer = self.session.query(
            f"SELECT {columns}, toUnixTimestamp64Micro(time_dt) AS time_us FROM {events} WHERE {condition(where)}", "JSONEachRow")
        return [json.loads(line) for line in answer.bytes().splitlines()]

    def version(self):
        return ".".join(self.run("SELECT version()")[0][0].split(".")[:3])

    def run(self, statement):
        answer = self.session.query(statement, "JSONCompactEachRow")
        return [json.loads(line) for line in answer.bytes().splitlines()]


ENGINES = {"duckdb": DuckDb, "pyarrow": PyArrow, "polars": Polars, "spark": Spark, "clickhouse": ClickHouse}

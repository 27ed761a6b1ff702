//! What changes do to a table.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema};
use auditlake_delta::{CHECKPOINT_INTERVAL, Change, DeltaTable, Error, Outcome, TableDefinition};
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use serde_json::Value;

use crate::world::{change, definition, file, names, open};

fn memory() -> Arc<dyn ObjectStore> {
    Arc::new(InMemory::new())
}

async fn entries(store: &Arc<dyn ObjectStore>, version: u64) -> Vec<Value> {
    let path = format!("lake/events/_delta_log/{version:020}.json");
    let object = store.get(&Path::from(path)).await.expect("a commit");
    let bytes = object.bytes().await.expect("its bytes");
    let text = String::from_utf8(bytes.to_vec()).expect("text");
    let parse = |line| serde_json::from_str(line).expect("JSON");
    text.lines().map(parse).collect()
}

fn the<'a>(entries: &'a [Value], action: &str) -> &'a Value {
    let entry = entries.iter().find_map(|entry| entry.get(action));
    entry.unwrap_or_else(|| panic!("no {action} in {entries:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_table_says_its_columns_and_partitions() {
    let store = memory();
    assert_eq!(open(&store).await.version(), 0);
    let entries = entries(&store, 0).await;
    let metadata = the(&entries, "metaData");
    assert_eq!(
        metadata["partitionColumns"],
        serde_json::json!(["kind", "day"])
    );
    let schema: Value = serde_json::from_str(metadata["schemaString"].as_str().unwrap()).unwrap();
    let fields: Vec<(&str, &str)> = schema["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| {
            (
                field["name"].as_str().unwrap(),
                field["type"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        fields,
        [("kind", "string"), ("number", "integer"), ("day", "date")]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_adds_files_with_their_values_and_statistics() {
    let store = memory();
    let mut table = open(&store).await;
    let mut change = change("contoso", &["one"]);
    change.added.push(file("null", None));
    assert_eq!(table.change(change).await.unwrap(), Outcome::Committed);
    let entries = entries(&store, 1).await;
    let add = the(&entries, "add");
    assert_eq!(add["path"], "kind=a%20b/day=2026-05-04/one.parquet");
    assert_eq!(add["partitionValues"]["kind"], "a b");
    assert_eq!(add["partitionValues"]["day"], "2026-05-04");
    let statistics: Value = serde_json::from_str(add["stats"].as_str().unwrap()).unwrap();
    assert_eq!(statistics["numRecords"], 2);
    assert_eq!(statistics["minValues"]["number"], 3);
    assert_eq!(statistics["maxValues"]["number"], 5);
    assert_eq!(statistics["nullCount"]["number"], 0);
    let adds: Vec<&Value> = entries
        .iter()
        .filter_map(|entry| entry.get("add"))
        .collect();
    assert_eq!(adds.len(), 2);
    assert_eq!(adds[1]["partitionValues"]["day"], Value::Null);
    assert_eq!(the(&entries, "txn")["appId"], "contoso");
    assert_eq!(the(&entries, "commitInfo")["engineInfo"], "test/1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_change_is_known_whoever_made_it() {
    let store = memory();
    let mut table = open(&store).await;
    let mut other = open(&store).await;
    table.change(change("a", &["one"])).await.unwrap();
    // The other has not seen it yet, and finds out by its conflict.
    assert_eq!(
        other.change(change("a", &["one"])).await.unwrap(),
        Outcome::KnownBefore
    );
    assert_eq!(
        table.change(change("a", &["one"])).await.unwrap(),
        Outcome::KnownBefore
    );
    assert_eq!(
        other.change(change("b", &["two"])).await.unwrap(),
        Outcome::Committed
    );
    assert_eq!(
        table.change(change("c", &["three"])).await.unwrap(),
        Outcome::Committed
    );
    assert_eq!(names(&mut table).await, ["one", "three", "two"]);
    assert_eq!(table.version(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_change_that_another_makes_first_is_found_by_its_conflict() {
    let store = memory();
    let mut table = open(&store).await;
    let mut other = open(&store).await;
    other.change(change("a", &["one"])).await.unwrap();
    let new = Change {
        is_new: true,
        ..change("a", &["one"])
    };
    assert_eq!(table.change(new).await.unwrap(), Outcome::KnownBefore);
    assert_eq!(names(&mut table).await, ["one"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_writers_at_once_make_each_change_once() {
    let store = memory();
    open(&store).await;
    let write = |writer: usize| {
        let store = Arc::clone(&store);
        async move {
            let mut table = open(&store).await;
            for number in 0..8 {
                // Each change is made by two writers.
                let id = format!("{}-{number}", writer / 2);
                table.change(change(&id, &[&id])).await.unwrap();
            }
        }
    };
    let writers: Vec<_> = (0..6).map(|writer| tokio::spawn(write(writer))).collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let mut table = open(&store).await;
    assert_eq!(table.version(), 24);
    assert_eq!(names(&mut table).await.len(), 24);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_replaced_in_one_commit() {
    let store = memory();
    let mut table = open(&store).await;
    table.change(change("a", &["one", "two"])).await.unwrap();
    table.change(change("b", &["three"])).await.unwrap();
    let path = |name| file(name, Some("2026-05-04")).path;
    let compaction = Change {
        removed: vec![path("one"), path("three")],
        changes_rows: false,
        ..change("compaction", &["large"])
    };
    assert_eq!(
        table.change(compaction.clone()).await.unwrap(),
        Outcome::Committed
    );
    assert_eq!(names(&mut table).await, ["large", "two"]);
    let entries = entries(&store, 3).await;
    let removes = entries.iter().filter_map(|entry| entry.get("remove"));
    let removes: Vec<&Value> = removes.collect();
    assert_eq!(removes.len(), 2);
    assert!(removes.iter().all(|remove| remove["dataChange"] == false));
    assert_eq!(the(&entries, "add")["dataChange"], false);
    let again = table.change(compaction.clone()).await.unwrap();
    assert_eq!(again, Outcome::KnownBefore);
    let late = Change {
        app_id: "another".to_owned(),
        ..compaction
    };
    let error = table.change(late).await.unwrap_err();
    assert!(matches!(error, Error::NotInTable { .. }), "{error}");
    assert_eq!(names(&mut table).await, ["large", "two"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn checkpoints_are_written_and_ids_outlast_them() {
    let directory = tempfile::tempdir().unwrap();
    let store = LocalFileSystem::new_with_prefix(directory.path()).unwrap();
    let store: Arc<dyn ObjectStore> = Arc::new(store);
    let mut table = open(&store).await;
    let changes = CHECKPOINT_INTERVAL * 2 + 3;
    for number in 0..changes {
        let name = number.to_string();
        table.change(change(&name, &[&name])).await.unwrap();
    }
    let log = directory.path().join("lake/events/_delta_log");
    for version in [CHECKPOINT_INTERVAL, CHECKPOINT_INTERVAL * 2] {
        assert!(
            log.join(format!("{version:020}.checkpoint.parquet"))
                .exists()
        );
        // What is in the checkpoint is read from there.
        for gone in 0..version {
            let _may_be_gone = std::fs::remove_file(log.join(format!("{gone:020}.json")));
        }
    }
    let mut table = open(&store).await;
    assert_eq!(names(&mut table).await.len() as u64, changes);
    let first = table.change(change("0", &["0"])).await.unwrap();
    assert_eq!(first, Outcome::KnownBefore);
}

async fn open_as(
    store: &Arc<dyn ObjectStore>,
    meant: TableDefinition,
) -> Result<DeltaTable, Error> {
    let location = Path::from("lake/events");
    DeltaTable::open_or_create(Arc::clone(store), &location, meant).await
}

fn with_fields(more: Vec<Field>) -> TableDefinition {
    let mut definition = definition();
    let mut fields = definition.schema.fields().to_vec();
    fields.extend(more.into_iter().map(Arc::new));
    definition.schema = Arc::new(Schema::new(fields));
    definition
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_that_a_table_lacks_are_added_at_every_depth() {
    let store = memory();
    let object = |names: &[&str]| {
        let field = |name: &&str| Field::new(*name, DataType::Utf8, true);
        DataType::Struct(names.iter().map(field).collect())
    };
    let list =
        |names: &[&str]| DataType::List(Arc::new(Field::new("element", object(names), true)));
    let nested = |names: &[&str]| {
        let fields = ["user", "items"]
            .into_iter()
            .zip([object(names), list(names)]);
        let fields = fields.map(|(name, data_type)| Field::new(name, data_type, true));
        with_fields(fields.collect())
    };
    open_as(&store, nested(&["a"])).await.unwrap();
    let table = open_as(&store, nested(&["a", "b"])).await.unwrap();
    assert_eq!(table.version(), 1);
    // An older build finds what it knows.
    let table = open_as(&store, nested(&["a"])).await.unwrap();
    assert_eq!(table.version(), 1);
    let entries = entries(&store, 1).await;
    let schema = the(&entries, "metaData")["schemaString"].to_string();
    assert_eq!(schema.matches(r#"\"name\":\"b\""#).count(), 2, "{schema}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_table_is_refused() {
    let store = memory();
    open(&store).await;
    let unpartitioned = TableDefinition {
        partitions: Vec::new(),
        ..definition()
    };
    let refused = open_as(&store, unpartitioned).await.unwrap_err();
    assert!(matches!(refused, Error::OtherTable { .. }), "{refused}");
    let mut fields = definition().schema.fields().to_vec();
    fields[1] = Arc::new(Field::new("number", DataType::Utf8, true));
    let retyped = TableDefinition {
        schema: Arc::new(Schema::new(fields)),
        ..definition()
    };
    let refused = open_as(&store, retyped).await.unwrap_err();
    assert!(refused.to_string().contains("`number`"), "{refused}");
}

#[tokio::test]
async fn a_runtime_of_one_thread_is_refused() {
    let refused = open_as(&memory(), definition()).await.unwrap_err();
    assert!(matches!(refused, Error::Runtime));
}

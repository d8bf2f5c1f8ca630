//! Counts the statements that each call sends to the database: a call whose statements grow with its answer is found
//! before its users are (LES-24).

use sea_orm::DatabaseConnection;

use crate::wire::Conversation;

/// How operators, and the story that counts, find it.
const STATEMENTS: &str = "ensemble_statements_total";

/// The connection, each of its statements counted for the call that sends it: also those that the writer sends for it. What
/// no call sends alone (reads that several share, a stream that goes on after its call was answered, what runs by itself)
/// is of no method.
pub(crate) fn counted(mut connection: DatabaseConnection) -> DatabaseConnection {
    connection.set_metric_callback(|_| {
        metrics::counter!(STATEMENTS, "method" => Conversation::called()).increment(1);
    });
    connection
}

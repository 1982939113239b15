/* The package's SQLite wants to load its extensions at start; this build has none of them. */
int sqlite3_sqlean_init(void *database, char **message, const void *api) {
    (void)database, (void)message, (void)api;
    return 0;
}

<?php
// The real image fills in the server's name from ADMINER_DEFAULT_SERVER.
if (getenv('ADMINER_DEFAULT_SERVER') && !$_GET) {
    $_GET['pgsql'] = getenv('ADMINER_DEFAULT_SERVER');
}
require '/usr/share/adminer/adminer.php';

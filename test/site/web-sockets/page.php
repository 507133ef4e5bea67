<!doctype html>
<title>web sockets</title>
<h1>web sockets</h1>

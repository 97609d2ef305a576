"""What `gracedb-core demo` does: a candidate's first night, told call by call."""

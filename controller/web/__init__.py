"""The doors of a point over HTTP: the API, the streams that pages live on, the pages themselves."""

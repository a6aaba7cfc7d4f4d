"""Reading instruction data: from a file of any known form to rows, with a reason for every row that is refused."""

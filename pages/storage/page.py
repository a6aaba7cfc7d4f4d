"""Storage: backups of the database, whether all files are whole, and what they take."""

import streamlit as st

from pages.components.attempt import show_callback_error
from pages.storage.backups import backups
from pages.storage.check import check
from pages.storage.space import space

st.title("Storage", anchor=False)
show_callback_error()
backups()
check()
space()

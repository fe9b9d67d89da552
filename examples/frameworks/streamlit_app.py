"""A Streamlit app: a text that streams, and a picture.

pip install streamlit
streamlit run streamlit_app.py
"""

from __future__ import annotations

import streamlit as st

import replicate
from replicate.exceptions import ReplicateException

st.title("Tell and paint")
prompt = st.text_input("About what?", "a llama who learned to sail")

try:
    if st.button("Tell"):
        events = replicate.stream("meta/meta-llama-3-70b-instruct", input={"prompt": prompt})
        st.write_stream(str(event) for event in events)
    if st.button("Paint"):
        with st.spinner("Painting"):
            output = replicate.run("black-forest-labs/flux-schnell", input={"prompt": prompt})
        st.image(output[0].read(), caption=prompt)
        st.download_button("Save", output[0].read(), file_name=output[0].name)
except ReplicateException as error:
    st.error(str(error))

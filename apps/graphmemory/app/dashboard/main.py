import os

import httpx
import pandas as pd
import streamlit as st

st.set_page_config(page_title="GraphMemory", layout="wide")
st.title("GraphMemory")


@st.cache_resource
def client(variable: str) -> httpx.Client:
    return httpx.Client(base_url=os.environ[variable], timeout=5)


def ask(variable: str, path: str):
    """The answer of a service, or nothing, which the page says."""
    try:
        answer = client(variable).get(path)
        answer.raise_for_status()
        return answer.json()
    except httpx.HTTPError:
        st.warning(f"{variable.removesuffix('_URL').capitalize()} does not answer.")
        return None


# Run again by itself; what has changed reaches the browser over its WebSocket.
@st.fragment(run_every="2s")
def numbers() -> None:
    memories, graph = ask("API_URL", "/api/counts"), ask("ANALYTICS_URL", "/counts")
    labels = [("Memories", memories, "memories"), ("Indexed", memories, "indexed"), ("Entities", graph, "entities"), ("Relations", graph, "relations")]
    for column, (label, answer, key) in zip(st.columns(len(labels)), labels, strict=True):
        column.metric(label, answer[key] if answer else "–")


@st.fragment(run_every="10s")
def entities() -> None:
    st.subheader("What matters most")
    answer = ask("ANALYTICS_URL", "/insights")
    if answer:
        st.dataframe(pd.DataFrame(answer), hide_index=True, width="stretch")
    elif answer is not None:
        st.caption("Nothing is remembered yet.")


numbers()
entities()

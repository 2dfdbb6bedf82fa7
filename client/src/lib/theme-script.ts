/** Runs before the first paint, so that no page flashes in the wrong theme. The content security policy knows its hash. */
export const THEME_SCRIPT = `try{var t=localStorage.getItem("opentrace-theme");if(t==="dark"||(t!=="light"&&matchMedia("(prefers-color-scheme: dark)").matches))document.documentElement.classList.add("dark")}catch(e){}`;

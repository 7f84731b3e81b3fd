package web

// clientAge is for how long browsers keep the client script before they ask again, which costs a 304: a page of the site names it by
// a URL that does not change with the release.
const clientAge = "public, max-age=3600"

// Client is the script that pages of a site may include, which tells the gateway when the last of them was closed. Send it with
// ClientHeaders. Safe for concurrent use.
func (lib *Library) Client() *Asset { return &lib.client }

// ClientHeaders are the header fields that the client script must be sent with, name and value in turn.
func ClientHeaders() []string {
	return []string{"Cache-Control", clientAge, "X-Content-Type-Options", "nosniff", "Vary", "Accept-Encoding"}
}

func newClient() (Asset, error) {
	body, err := script("client")
	if err != nil {
		return Asset{}, err
	}
	return newAsset(scriptType, body)
}

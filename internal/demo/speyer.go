package demo

import "time"

// Speyer is the ticket portal of 14 June 2021 as far as it is known, and a
// server that ends that day as it did. README.md says which figures are facts,
// which are settings of common software, and which are fitted.
func Speyer() Config {
	town := germany()
	opens := func(hour int) time.Time { return time.Date(2021, 6, 14, hour, 0, 0, 0, town) }
	return Config{
		Town: "Musterstadt", Service: "Impftermin", Address: "Impfaktion am Festplatz, Musterstadt",
		Calendar: Calendar{
			First: time.Date(2021, 6, 20, 0, 0, 0, 0, town), Days: 1,
			From: 7 * time.Hour, To: 14 * time.Hour, Every: 10 * time.Minute,
			Places: 2500,
			Contingents: []Contingent{
				{Opens: opens(8), Places: 625},
				{Opens: opens(11), Places: 625},
				{Opens: opens(14), Places: 625},
				{Opens: opens(17), Places: 625},
			},
		},
		Hold: 10 * time.Minute,
		Curve: Curve{
			Rate: 5, Contention: 0.03, Coherency: 0.00345,
			Workers: 150, Queue: 100,
			CrashAt: 240, CrashAfter: 4 * time.Minute, Recovery: 2 * time.Minute,
		},
		Work: OrdinaryWork(),
	}
}

// Demo is a town hall with appointments on the next twenty working days and a
// server that is quick while it is left in peace: a person alone waits a tenth
// of a second for a page, some forty people at once make it crawl.
func Demo(now time.Time) Config {
	town := germany()
	return Config{
		Town: "Musterstadt", Service: "Termin im Bürgerbüro", Address: "Bürgerbüro, Rathausplatz 1, Musterstadt",
		Calendar: Calendar{
			First: now.In(town).AddDate(0, 0, 1), Days: 20, WorkingDays: true,
			From: 8 * time.Hour, To: 16 * time.Hour, Every: 20 * time.Minute,
			Places: 1920,
		},
		Hold: 5 * time.Minute,
		Curve: Curve{
			Rate: 12, Contention: 0.03, Coherency: 0.005,
			Workers: 64, Queue: 60,
			CrashAt: 100, CrashAfter: 20 * time.Second, Recovery: 8 * time.Second,
		},
		Work: OrdinaryWork(),
	}
}

// germany is the time zone of the towns. The zone data is linked in (see
// site.go), so that it can only be missing from a broken build.
func germany() *time.Location {
	town, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		return time.FixedZone("CET", 3600)
	}
	return town
}

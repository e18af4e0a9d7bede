package main

import (
	"fmt"

	"github.com/telemed-go/sdk/device/gatt/user"
	"github.com/telemed-go/sdk/vitals"
)

// userCharacteristics are those of the user data service: what a device is
// told about its user. They are shown in full; that is what this program is for.
func userCharacteristics() []characteristic {
	list := []characteristic{
		gattCharacteristic(user.UUIDAge, user.ParseAge, userAge),
		gattCharacteristic(user.UUIDDateOfBirth, user.ParseDateOfBirth, dateOfBirth),
		gattCharacteristic(user.UUIDDateOfThresholdAssessment, user.ParseDate, date),
		gattCharacteristic(user.UUIDEmailAddress, user.ParseText, userText),
		gattCharacteristic(user.UUIDFirstName, user.ParseText, userText),
		gattCharacteristic(user.UUIDGender, user.ParseGender, gender),
		gattCharacteristic(user.UUIDLastName, user.ParseText, userText),
		gattCharacteristic(user.UUIDSportType, user.ParseSportType, sportType),
		gattCharacteristic(user.UUIDDatabaseChangeIncrement, user.ParseChangeIncrement, changeIncrement),
		gattCharacteristic(user.UUIDIndex, user.ParseIndex, userIndex),
		ofGATT(user.UUIDControlPoint, decodeUserControl),
		gattCharacteristic(user.UUIDLanguage, user.ParseText, userText),
		gattCharacteristic(user.UUIDDateUTC, user.ParseDateUTC, dateUTC),
	}
	for _, d := range []struct {
		datum user.Datum
		name  string
	}{
		{user.AerobicHeartRateLowerLimit, "bpm"},
		{user.AerobicThreshold, "bpm"},
		{user.AnaerobicHeartRateLowerLimit, "bpm"},
		{user.AnaerobicHeartRateUpperLimit, "bpm"},
		{user.AnaerobicThreshold, "bpm"},
		{user.AerobicHeartRateUpperLimit, "bpm"},
		{user.FatBurnHeartRateLowerLimit, "bpm"},
		{user.FatBurnHeartRateUpperLimit, "bpm"},
		{user.HeartRateMax, "bpm"},
		{user.Height, "height_m"},
		{user.HipCircumference, "hip_circumference_m"},
		{user.MaxRecommendedHeartRate, "bpm"},
		{user.RestingHeartRate, "bpm"},
		{user.TwoZoneHeartRateLimit, "bpm"},
		{user.VO2Max, "vo2_max_mL_per_kg_per_min"},
		{user.WaistCircumference, "waist_circumference_m"},
		{user.Weight, "weight_kg"},
	} {
		list = append(list, gattCharacteristic(uint16(d.datum), d.datum.Parse, userNumber(d.name)))
	}
	for _, s := range []user.ZoneScheme{user.FiveZones, user.ThreeZones, user.FourZones} {
		list = append(list, gattCharacteristic(uint16(s), s.Parse, heartRateZones))
	}
	return list
}

// userNumber shows whole steps of a unit as an integer and others as a decimal.
func userNumber(name string) func(*layout, user.Number) {
	return func(l *layout, n user.Number) {
		q := n.Quantity()
		if q.Value().Exp == 0 {
			l.add(1, name, n.Raw, q.Unit().String())
			return
		}
		l.quantity(2, name, q)
	}
}

func heartRateZones(l *layout, z user.HeartRateZones) {
	unit := vitals.UnitPerMinute.String()
	if z.Scheme == user.FiveZones {
		l.add(1, "very_light_light_bpm", z.VeryLightLight, unit)
	}
	l.add(1, "light_moderate_bpm", z.LightModerate, unit)
	l.add(1, "moderate_hard_bpm", z.ModerateHard, unit)
	if z.Scheme != user.ThreeZones {
		l.add(1, "hard_maximum_bpm", z.HardMaximum, unit)
	}
}

func userAge(l *layout, a user.Age) { l.number(1, "age_years", uint64(a)) }

func dateOfBirth(l *layout, d user.DateOfBirth) { date(l, d.Reveal()) }

func date(l *layout, d user.Date) { l.add(4, "date", d.String(), "") }

func dateUTC(l *layout, d user.DateUTC) {
	day, _ := d.Date()
	l.add(3, "date", day.String(), fmt.Sprintf("day %d since 1970", d))
}

func userText(l *layout, t user.Text) {
	b, _ := t.AppendBinary(nil)
	l.add(len(b), "text", t.Reveal(), "")
}

func gender(l *layout, g user.Gender) { l.named(1, "gender", uint64(g), g) }

func sportType(l *layout, s user.SportType) { l.named(1, "sport_type", uint64(s), s) }

func changeIncrement(l *layout, i user.ChangeIncrement) { l.number(4, "change_increment", uint64(i)) }

func userIndex(l *layout, i user.Index) { l.add(1, "user_index", uint8(i), unknownUser(uint8(i))) }

func decodeUserControl(b []byte, h hints) (layout, error) {
	c, err := user.ParseControlPoint(b)
	l := layout{bytes: b}
	userControl(&l, c)
	return l, checkDirection(b, h, c.CheckDirection, err)
}

func userControl(l *layout, c user.ControlPoint) {
	l.named(1, "opcode", uint64(c.OpCode), c.OpCode)
	switch c.OpCode {
	case user.Register:
		l.number(2, "consent_code", uint64(c.Consent))
	case user.Consent:
		userIndex(l, user.Index(c.Index))
		l.number(2, "consent_code", uint64(c.Consent))
	case user.Delete:
		userIndex(l, user.Index(c.Index))
	case user.Response:
		l.named(1, "request_opcode", uint64(c.Request), c.Request)
		l.named(1, "response_code", uint64(c.Result), c.Result)
		switch {
		case c.Result != user.Success:
		case c.Request == user.Register || c.Request == user.Delete:
			userIndex(l, user.Index(c.Index))
		case c.Request == user.List:
			l.number(1, "users", uint64(c.Users))
		}
	}
}

package main

import (
	"fmt"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/vitals"
)

// userCharacteristics are those of the user data service: what a device is
// told about its user. They are shown in full; that is what this program is for.
func userCharacteristics() []characteristic {
	list := []characteristic{
		gattCharacteristic(gatt.UUIDAge, "Age", gatt.ParseUserAge, userAge),
		gattCharacteristic(gatt.UUIDDateOfBirth, "Date of Birth", gatt.ParseDateOfBirth, dateOfBirth),
		gattCharacteristic(gatt.UUIDDateOfThresholdAssessment, "Date of Threshold Assessment", gatt.ParseDate, date),
		gattCharacteristic(gatt.UUIDEmailAddress, "Email Address", gatt.ParseUserText, userText),
		gattCharacteristic(gatt.UUIDFirstName, "First Name", gatt.ParseUserText, userText),
		gattCharacteristic(gatt.UUIDGender, "Gender", gatt.ParseUserGender, gender),
		gattCharacteristic(gatt.UUIDLastName, "Last Name", gatt.ParseUserText, userText),
		gattCharacteristic(gatt.UUIDSportType, "Sport Type for Aerobic and Anaerobic Thresholds", gatt.ParseSportType, sportType),
		gattCharacteristic(gatt.UUIDDatabaseChangeIncrement, "Database Change Increment", gatt.ParseChangeIncrement, changeIncrement),
		gattCharacteristic(gatt.UUIDUserIndex, "User Index", gatt.ParseUserIndex, userIndex),
		{"2A9F", "User Control Point", gatt.UUIDUserControlPoint, decodeUserControl},
		gattCharacteristic(gatt.UUIDLanguage, "Language", gatt.ParseUserText, userText),
		gattCharacteristic(gatt.UUIDDateUTC, "Date UTC", gatt.ParseDateUTC, dateUTC),
	}
	for _, d := range []struct {
		datum       gatt.UserDatum
		title, name string
	}{
		{gatt.AerobicHeartRateLowerLimit, "Aerobic Heart Rate Lower Limit", "bpm"},
		{gatt.AerobicThreshold, "Aerobic Threshold", "bpm"},
		{gatt.AnaerobicHeartRateLowerLimit, "Anaerobic Heart Rate Lower Limit", "bpm"},
		{gatt.AnaerobicHeartRateUpperLimit, "Anaerobic Heart Rate Upper Limit", "bpm"},
		{gatt.AnaerobicThreshold, "Anaerobic Threshold", "bpm"},
		{gatt.AerobicHeartRateUpperLimit, "Aerobic Heart Rate Upper Limit", "bpm"},
		{gatt.FatBurnHeartRateLowerLimit, "Fat Burn Heart Rate Lower Limit", "bpm"},
		{gatt.FatBurnHeartRateUpperLimit, "Fat Burn Heart Rate Upper Limit", "bpm"},
		{gatt.HeartRateMax, "Heart Rate Max", "bpm"},
		{gatt.UserHeight, "Height", "height_m"},
		{gatt.HipCircumference, "Hip Circumference", "hip_circumference_m"},
		{gatt.MaxRecommendedHeartRate, "Maximum Recommended Heart Rate", "bpm"},
		{gatt.RestingHeartRate, "Resting Heart Rate", "bpm"},
		{gatt.TwoZoneHeartRateLimit, "Two Zone Heart Rate Limits", "bpm"},
		{gatt.VO2Max, "VO2 Max", "vo2_max_mL_per_kg_per_min"},
		{gatt.UserWaistCircumference, "Waist Circumference", "waist_circumference_m"},
		{gatt.UserWeight, "Weight", "weight_kg"},
	} {
		list = append(list, gattCharacteristic(uint16(d.datum), d.title, d.datum.Parse, userNumber(d.name)))
	}
	for _, s := range []struct {
		scheme gatt.ZoneScheme
		title  string
	}{
		{gatt.FiveZones, "Five Zone Heart Rate Limits"},
		{gatt.ThreeZones, "Three Zone Heart Rate Limits"},
		{gatt.FourZones, "Four Zone Heart Rate Limits"},
	} {
		list = append(list, gattCharacteristic(uint16(s.scheme), s.title, s.scheme.Parse, heartRateZones))
	}
	return list
}

// userNumber shows whole steps of a unit as an integer and others as a decimal.
func userNumber(name string) func(*layout, gatt.UserNumber) {
	return func(l *layout, n gatt.UserNumber) {
		q := n.Quantity()
		if q.Value().Exp == 0 {
			l.add(1, name, n.Raw, q.Unit().String())
			return
		}
		l.quantity(2, name, q)
	}
}

func heartRateZones(l *layout, z gatt.HeartRateZones) {
	unit := vitals.UnitPerMinute.String()
	if z.Scheme == gatt.FiveZones {
		l.add(1, "very_light_light_bpm", z.VeryLightLight, unit)
	}
	l.add(1, "light_moderate_bpm", z.LightModerate, unit)
	l.add(1, "moderate_hard_bpm", z.ModerateHard, unit)
	if z.Scheme != gatt.ThreeZones {
		l.add(1, "hard_maximum_bpm", z.HardMaximum, unit)
	}
}

func userAge(l *layout, a gatt.UserAge) { l.number(1, "age_years", uint64(a)) }

func dateOfBirth(l *layout, d gatt.DateOfBirth) { date(l, d.Reveal()) }

func date(l *layout, d gatt.Date) { l.add(4, "date", d.String(), "") }

func dateUTC(l *layout, d gatt.DateUTC) {
	day, _ := d.Date()
	l.add(3, "date", day.String(), fmt.Sprintf("day %d since 1970", d))
}

func userText(l *layout, t gatt.UserText) {
	b, _ := t.AppendBinary(nil)
	l.add(len(b), "text", t.Reveal(), "")
}

func gender(l *layout, g gatt.UserGender) { l.named(1, "gender", uint64(g), g) }

func sportType(l *layout, s gatt.SportType) { l.named(1, "sport_type", uint64(s), s) }

func changeIncrement(l *layout, i gatt.ChangeIncrement) { l.number(4, "change_increment", uint64(i)) }

func userIndex(l *layout, i gatt.UserIndex) { l.add(1, "user_index", uint8(i), unknownUser(uint8(i))) }

func decodeUserControl(b []byte, h hints) (layout, error) {
	c, err := gatt.ParseUserControlPoint(b)
	l := layout{bytes: b}
	userControl(&l, c)
	return l, checkDirection(b, h, c.CheckDirection, err)
}

func userControl(l *layout, c gatt.UserControlPoint) {
	l.named(1, "opcode", uint64(c.OpCode), c.OpCode)
	switch c.OpCode {
	case gatt.UserRegister:
		l.number(2, "consent_code", uint64(c.Consent))
	case gatt.UserConsent:
		userIndex(l, gatt.UserIndex(c.Index))
		l.number(2, "consent_code", uint64(c.Consent))
	case gatt.UserDelete:
		userIndex(l, gatt.UserIndex(c.Index))
	case gatt.UserResponse:
		l.named(1, "request_opcode", uint64(c.Request), c.Request)
		l.named(1, "response_code", uint64(c.Result), c.Result)
		switch {
		case c.Result != gatt.UserSuccess:
		case c.Request == gatt.UserRegister || c.Request == gatt.UserDelete:
			userIndex(l, gatt.UserIndex(c.Index))
		case c.Request == gatt.UserList:
			l.number(1, "users", uint64(c.Users))
		}
	}
}
